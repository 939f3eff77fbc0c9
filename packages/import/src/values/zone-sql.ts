import { quoteLiteral } from '@minilake/schema'

/** SQL for DuckDB that converts between the clock of a zone and moments. Micros are microseconds since 1970-01-01 UTC. */
export interface ZoneSql {
  /** The micros of a TIMESTAMP that the clock showed, or NULL if it skipped that time. */
  readonly micros: (timestamp: string) => string
  /** What the clock showed at micros, in microseconds since it showed 1970-01-01 00:00. */
  readonly clock: (micros: string) => string
  /** Whether micros are a time that the clock shows twice. Absent for zones without such times. */
  readonly isTwice?: (micros: string) => string
}

/** The reason for a local time that does not exist, as an SQL literal. */
export const skippedTime = `'expected a time that exists in the stated zone: its clocks skip this one'`

/** SQL for a zone: UTC, GMT, an offset or an IANA name with a slash. Throws a RangeError for anything else. */
export function zoneSql(zone: string): ZoneSql {
  const [, sign, hours = '', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  if (sign !== undefined && Number(hours) <= 14 && Number(minutes) < 60) {
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000
    return {
      micros: (timestamp) => `(epoch_us(${timestamp}) - (${offset}))`,
      clock: (micros) => `(${micros} + (${offset}))`,
    }
  }
  if (/^(utc|gmt|z)$/i.test(zone))
    return { micros: (timestamp) => `epoch_us(${timestamp})`, clock: (micros) => micros }
  const name = quoteLiteral(zoneName(zone))
  const clock = (micros: string) => `((make_timestamp(${micros}) AT TIME ZONE 'UTC') AT TIME ZONE ${name})`
  return {
    // A time that the clock skips does not convert back to itself.
    micros: (timestamp) =>
      `CASE WHEN ((${timestamp}) AT TIME ZONE ${name}) AT TIME ZONE ${name} = ${timestamp} THEN epoch_us((${timestamp}) AT TIME ZONE ${name}) END`,
    clock: (micros) => `epoch_us(${clock(micros)})`,
    // DuckDB reads a repeated time as the later one. If the clock was set back, by 20 minutes to 2 hours, an earlier moment has it too.
    isTwice: (micros) => {
      const earlier = (minutes: number) => clock(`${micros} - ${minutes * 60_000_000}`)
      const shifts = [20, 30, 40, 60, 120].map((minutes) => `${earlier(minutes)} = ${clock(micros)}`)
      return `CASE WHEN ${earlier(180)} = ${clock(micros)} - INTERVAL 3 HOUR THEN false ELSE ${shifts.join(' OR ')} END`
    },
  }
}

// ICU also knows abbreviations, but by an old list: its BST is Dhaka, and its EST has no summer time.
function zoneName(zone: string): string {
  const failure = (cause?: unknown) =>
    new RangeError(
      `\`zone\` expected UTC, GMT, an offset such as +02:00 or a name with a slash such as Europe/Berlin, got ${zone}`,
      { cause },
    )
  if (!zone.includes('/')) throw failure()
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch (cause) {
    throw failure(cause)
  }
}
