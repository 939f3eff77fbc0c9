/** Milliseconds in a UTC day, without leap seconds. */
export const millisPerDay = 86_400_000

/** Days from 1970-01-01 to a date 'YYYY-MM-DD'. Throws a RangeError for anything but a date of the years 0001 to 9999. */
export function parseUtcDay(text: string): number {
  const day = findUtcDay(text)
  if (day === undefined) throw new RangeError(`date expected YYYY-MM-DD, got ${JSON.stringify(text)}`)
  return day
}

/** Days from 1970-01-01 to a date 'YYYY-MM-DD', or undefined for anything but a date of the years 0001 to 9999. */
export function findUtcDay(text: string): number | undefined {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  const day = millis / millisPerDay
  // Some engines' Date.parse accepts 2026-02-30: only a text that formats back to itself is a date.
  return Number.isInteger(day) && text >= '0001' && formatUtcDay(day) === text ? day : undefined
}

/** The date 'YYYY-MM-DD' that is `day` days after 1970-01-01. Years before 0 and after 9999 have a sign and six digits. */
export function formatUtcDay(day: number): string {
  return new Date(day * millisPerDay).toISOString().replace(/T.*/, '')
}
