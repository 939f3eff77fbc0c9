import type { Dialect } from '../dialect.js'

/** The length of windows: a time that divides a day, such as '15m', '1h' or '8h', or a calendar day, week (from Monday) or month. */
export type WindowLength = `${number}${'ms' | 's' | 'm' | 'h'}` | 'day' | 'week' | 'month'

/** The length of windows in milliseconds; of months, the mean. Throws a RangeError for a length that is wrong. */
export function windowMillis(every: WindowLength): number {
  return every === 'month' ? (365.2425 / 12) * millisPerDay : lengthOf(every).leastMillis
}

/** SQL for the windows of a length, on the clock of a zone. Columns of windows hold their keys, which are evenly spaced. */
export interface WindowSql {
  /** The key of the window that has a UTC time in it. */
  key(time: string): string
  /** The UTC time at which a window starts. */
  start(key: string): string
  /** The key of the window that comes a number of windows later. */
  later(key: string, windows: string): string
  /** At least the number of whole thousands of windows from one key to another. */
  thousands(first: string, last: string): string
}

const millisPerDay = 86_400_000
const millisPerUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const calendar = {
  day: { leastMillis: millisPerDay, interval: `INTERVAL '1' DAY` },
  week: { leastMillis: 7 * millisPerDay, interval: `INTERVAL '7' DAY` },
  month: { leastMillis: 28 * millisPerDay, interval: `INTERVAL '1' MONTH` },
} as const

/**
 * SQL for windows. Windows of up to an hour are of equal length, so that an hour which the clock shows twice is two hours; longer ones
 * start when the clock of the zone shows their start. Throws a RangeError for a length or zone that is wrong.
 */
export function windowSql(every: WindowLength, zone: string): (dialect: Dialect) => WindowSql {
  const length = lengthOf(every)
  checkZone(zone)
  return (dialect) => windowSqlOf(length, zone, dialect)
}

function windowSqlOf(length: Length, zone: string, dialect: Dialect): WindowSql {
  const later: WindowSql['later'] = (key, windows) => `${key} + ${length.interval} * ${windows}`
  const thousands: WindowSql['thousands'] = (first, last) =>
    `CAST(date_diff('millisecond', ${first}, ${last}) / ${length.leastMillis * 1000}E0 AS BIGINT)` // rounded up or down
  const floor = (time: string) =>
    'unit' in length ? `date_trunc('${length.unit}', ${time})` : dialect.windowStart(time, length.leastMillis)
  if (zone === 'UTC') return { key: floor, start: (key) => key, later, thousands }
  const clock = (time: string) => dialect.clock(time, zone)
  if (length.leastMillis <= millisPerUnit.h) {
    const key = (time: string) => `${time} - (${clock(time)} - ${floor(clock(time))})`
    return { key, start: (key) => key, later, thousands }
  }
  return { key: (time) => floor(clock(time)), start: (key) => firstMomentSql(key, clock), later, thousands }
}

/**
 * SQL for the first UTC time at which a clock shows a time. Engines disagree on times that a clock shows twice, so it is computed from
 * the distances between UTC and the clock a day before and after. A time that the clock skips is read by the distance before.
 */
function firstMomentSql(shown: string, clock: (time: string) => string): string {
  const by = (day: string) =>
    `(${shown} - (${clock(`(${shown} ${day} INTERVAL '1' DAY)`)} - (${shown} ${day} INTERVAL '1' DAY)))`
  const [before, after] = [by('-'), by('+')]
  return `CASE WHEN ${clock(before)} <> ${shown} AND ${clock(after)} = ${shown} THEN ${after} ELSE ${before} END`
}

type Length = { leastMillis: number; interval: string } & ({ unit: string } | object)

function lengthOf(every: string): Length {
  if (Object.hasOwn(calendar, every)) return { ...calendar[every as keyof typeof calendar], unit: every }
  const [, amount = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(every) ?? []
  const millis = Number(amount) * millisPerUnit[unit as keyof typeof millisPerUnit]
  if (millis > 0 && millisPerDay % millis === 0) {
    const interval = `INTERVAL '${millis / 1000}' SECOND`
    const names = { 1000: 'second', 60_000: 'minute', 3_600_000: 'hour', [millisPerDay]: 'day' }
    const name = names[millis as keyof typeof names]
    return { leastMillis: millis, interval, ...(name !== undefined && { unit: name }) }
  }
  throw new RangeError(
    `\`every\` expected a length that divides a day, such as 15m, 1h or 8h, or day, week or month, got ${every}`,
  )
}

// Intl also knows abbreviations and takes names in any case; engines do not, or by other lists.
function checkZone(zone: string): void {
  if (zone === 'UTC') return
  try {
    if (!/^[A-Z]\w*(\/[\w+-]+)+$/.test(zone)) throw new RangeError('not a name with a slash')
    const name = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
    if (name !== zone && name.toLowerCase() === zone.toLowerCase()) throw new RangeError(`it is ${name}`)
  } catch (cause) {
    throw new RangeError(`\`zone\` expected UTC or a name with a slash such as Europe/Berlin, got ${zone}`, {
      cause,
    })
  }
}
