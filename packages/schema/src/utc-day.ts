/** Milliseconds in a UTC day; our wall clock has no leap seconds. */
export const millisPerDay = 86_400_000

/** Days since 1970-01-01 of a date 'YYYY-MM-DD'. Throws a RangeError when the text is not a day of the years 0001 to 9999. */
export function parseUtcDay(text: string): number {
  const day = findUtcDay(text)
  if (day === undefined) throw new RangeError(`date expected YYYY-MM-DD, got ${JSON.stringify(text)}`)
  return day
}

/** Days since 1970-01-01 of a date 'YYYY-MM-DD'; undefined when the text is not a day of the years 0001 to 9999. */
export function findUtcDay(text: string): number | undefined {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  const day = millis / millisPerDay
  // Some engines' Date.parse accepts 2026-02-30: only a text that formats back to itself is a date.
  return Number.isInteger(day) && text >= '0001' && formatUtcDay(day) === text ? day : undefined
}

/** The date 'YYYY-MM-DD' of a day counted from 1970-01-01; outside the years 0 to 9999 with a sign and six digits of year. */
export function formatUtcDay(day: number): string {
  return new Date(day * millisPerDay).toISOString().replace(/T.*/, '')
}
