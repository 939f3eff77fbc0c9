import { quoteLiteral } from '@minilake/schema'

/** How times are written in the files. */
export interface TimeOptions {
  /**
   * `iso` (ISO 8601), `epoch-s`, `epoch-ms`, `epoch-us` (since 1970-01-01 UTC, decimals allowed), or a strptime pattern:
   * `%d.%m.%Y %H:%M:%S`. Default `iso`.
   */
  timeFormat?: string
  /**
   * The zone of times that do not state one: `UTC`, an offset `+02:00`, or an IANA name `Europe/Berlin`. Default: none, and every
   * time must state its zone. If set, a time that states a zone is bad, as the file would mix both.
   */
  zone?: string
}

/** SQL for DuckDB that reads times. Micros are microseconds since 1970-01-01 UTC, or NULL if a time is bad. */
export interface TimeSql {
  /** The micros of a text. */
  readonly microsOfText: (text: string) => string
  /** The micros of a TIMESTAMP, which has no zone. Absent if no zone was stated. */
  readonly microsOfLocal?: (timestamp: string) => string
  /** The micros of a number. Absent unless the format is a count since 1970. */
  readonly microsOfNumber?: (number: string) => string
  /** Whether a text has digits other than 0 below a microsecond. */
  readonly isFinerThanMicros: (text: string) => string
  /** Whether micros are a local time that the zone's clock shows twice. Absent for zones without such times. */
  readonly isTwice?: (micros: string) => string
  /** Why a text is not a valid time. */
  readonly reason: (text: string) => string
}

/** The first and the last time that tables hold, in microseconds: the years 0001 to 9999. */
export const microsRange = { first: '-62135596800000000', last: '253402300799999999' } as const

/** SQL to read times of a format and zone. Throws a RangeError for an unknown format or zone. */
export function timeSql({ timeFormat = 'iso', zone }: TimeOptions = {}): TimeSql {
  const local = zone === undefined ? undefined : localSql(zone)
  const unit = epochUnits[timeFormat]
  if (unit !== undefined) {
    if (zone !== undefined) {
      throw new RangeError(
        `\`zone\` expected none beside \`timeFormat\` ${timeFormat}, which counts in UTC, got ${zone}`,
      )
    }
    return epochSql(unit)
  }
  if (timeFormat === 'iso') return isoSql(local)
  if (!timeFormat.includes('%')) {
    throw new RangeError(
      `\`timeFormat\` expected iso, ${Object.keys(epochUnits).join(', ')} or a pattern such as %d.%m.%Y %H:%M:%S, got ${timeFormat}`,
    )
  }
  return patternSql(timeFormat, local)
}

interface LocalSql {
  readonly micros: (timestamp: string) => string
  readonly isTwice?: (micros: string) => string
}

function localSql(zone: string): LocalSql {
  const [, sign, hours = '', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  if (sign !== undefined && Number(hours) <= 14 && Number(minutes) < 60) {
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000
    return { micros: (timestamp) => `(epoch_us(${timestamp}) - (${offset}))` }
  }
  if (/^(utc|z)$/i.test(zone)) return { micros: (timestamp) => `epoch_us(${timestamp})` }
  const name = quoteLiteral(zoneName(zone))
  const clock = (micros: string) => `((make_timestamp(${micros}) AT TIME ZONE 'UTC') AT TIME ZONE ${name})`
  return {
    // A time that the clock skips does not convert back to itself.
    micros: (timestamp) =>
      `CASE WHEN ((${timestamp}) AT TIME ZONE ${name}) AT TIME ZONE ${name} = ${timestamp} THEN epoch_us((${timestamp}) AT TIME ZONE ${name}) END`,
    // DuckDB reads a repeated time as the later one. If the clock was set back, by 20 minutes to 2 hours, an earlier moment has it too.
    isTwice: (micros) => {
      const earlier = (minutes: number) => clock(`${micros} - ${minutes * 60_000_000}`)
      const shifts = [20, 30, 40, 60, 120].map((minutes) => `${earlier(minutes)} = ${clock(micros)}`)
      return `CASE WHEN ${earlier(180)} = ${clock(micros)} - INTERVAL 3 HOUR THEN false ELSE ${shifts.join(' OR ')} END`
    },
  }
}

function zoneName(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch (cause) {
    throw new RangeError(
      `\`zone\` expected UTC, an offset such as +02:00 or a name such as Europe/Berlin, got ${zone}`,
      { cause },
    )
  }
}

const epochUnits: Readonly<Record<string, { micros: number; name: string }>> = {
  'epoch-s': { micros: 1_000_000, name: 'seconds' },
  'epoch-ms': { micros: 1_000, name: 'milliseconds' },
  'epoch-us': { micros: 1, name: 'microseconds' },
}

function epochSql({ micros, name }: { micros: number; name: string }): TimeSql {
  // DECIMAL(30, 12) × DECIMAL(7, 0) is exact. A DOUBLE would lose digits of a count in seconds.
  const exact = (number: string) =>
    `CAST(floor(TRY_CAST(${number} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0)) AS HUGEINT)`
  const inRange = (value: string) =>
    `TRY_CAST(CASE WHEN abs(${value}) < 9000000000000000000 THEN ${value} END AS BIGINT)`
  return {
    microsOfText: (text) =>
      inRange(
        `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,18}(\\.\\d{0,12})?\\s*') THEN ${exact(text)} END`,
      ),
    microsOfNumber: (number) => inRange(exact(number)),
    isFinerThanMicros: (text) =>
      `(contains(${text}, '.') AND TRY_CAST(${text} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0) % 1 <> 0)`,
    reason: () =>
      quoteLiteral(`expected ${name} since 1970-01-01, such as ${1_767_225_600_000_000 / micros}`),
  }
}

function isoSql(local: LocalSql | undefined): TimeSql {
  // Checks the characters where a zone would start: a regular expression for every time would cost as much as reading it.
  const namesZone = (text: string) => {
    const signs = [-6, -5, -3].map((at) => `substr(${text}, ${at}, 1) IN ('+', '-')`).join(' OR ')
    const beforeSpace = `suffix(${text}, ' ') AND regexp_matches(${text}, '(Z|UTC|[+-]\\d\\d(:?\\d\\d)?)\\s+$')`
    return `(strlen(${text}) > 10 AND (suffix(${text}, 'Z') OR suffix(${text}, ' UTC') OR ${signs} OR ${beforeSpace}))`
  }
  const withSeconds = (text: string) =>
    `regexp_replace(${text}, '^(\\s*\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d) ?(Z|[+-].*)$', '\\1:00\\2')`
  const common = {
    ...(local && { microsOfLocal: local.micros }),
    ...(local?.isTwice && { isTwice: local.isTwice }),
    isFinerThanMicros: (text: string) =>
      `(strlen(${text}) > 26 AND regexp_matches(${text}, '\\.\\d{6}0*[1-9]'))`,
  }
  if (local) {
    return {
      ...common,
      microsOfText: (text) =>
        `CASE WHEN NOT ${namesZone(text)} THEN ${local.micros(`TRY_CAST(${text} AS TIMESTAMP)`)} END`,
      reason: (text) =>
        `CASE WHEN TRY_CAST(${text} AS TIMESTAMP) IS NULL THEN 'expected ISO 8601 without a zone, such as 2026-01-01T00:00:00, or another \`timeFormat\`' WHEN ${namesZone(text)} THEN 'expected a time without a zone, as \`zone\` states the zone of all times' ELSE ${skipped} END`,
    }
  }
  return {
    ...common,
    microsOfText: (text) =>
      `CASE WHEN ${namesZone(text)} THEN epoch_us(coalesce(TRY_CAST(${text} AS TIMESTAMPTZ), TRY_CAST(${withSeconds(text)} AS TIMESTAMPTZ))) END`,
    reason: (text) =>
      `CASE WHEN TRY_CAST(${text} AS TIMESTAMP) IS NULL THEN 'expected ISO 8601 with a zone, such as 2026-01-01T00:00:00Z, or another \`timeFormat\`' ELSE 'expected Z or an offset such as +02:00 at the end, or \`zone\` to state the zone of all times' END`,
  }
}

const skipped = `'expected a time that exists in the stated zone: its clocks skip this one'`

function patternSql(pattern: string, local: LocalSql | undefined): TimeSql {
  const specifiers: string[] = pattern.match(/%-?./g) ?? []
  const namesZone = specifiers.some((specifier) => /[zZ]$/.test(specifier))
  if (namesZone && local) {
    throw new RangeError(
      `\`zone\` expected none beside the pattern ${pattern}, which reads one from each time`,
    )
  }
  if (!namesZone && !local) {
    throw new RangeError(`the pattern ${pattern} reads no zone (%z): expected \`zone\` to state it`)
  }
  const parsed = (text: string) => `try_strptime(${text}, ${quoteLiteral(pattern)})`
  const hasNanos = specifiers.includes('%n')
  const micros = (text: string) =>
    hasNanos
      ? `make_timestamp((epoch_ns(${parsed(text)}) - ((epoch_ns(${parsed(text)}) % 1000) + 1000) % 1000) // 1000)`
      : parsed(text)
  return {
    microsOfText: (text) => (local ? local.micros(micros(text)) : `epoch_us(${micros(text)})`),
    ...(local && { microsOfLocal: local.micros }),
    ...(local?.isTwice && { isTwice: local.isTwice }),
    isFinerThanMicros: (text) => (hasNanos ? `(epoch_ns(${parsed(text)}) % 1000 <> 0)` : 'false'),
    reason: (text) =>
      `CASE WHEN ${parsed(text)} IS NULL THEN ${quoteLiteral(`expected a time of the form ${pattern}`)} ELSE ${skipped} END`,
  }
}
