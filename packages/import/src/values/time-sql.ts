import { epochSql, epochUnits } from './epoch-sql.js'
import type { CountSql, FormatSql } from './format-sql.js'
import { isoSql } from './iso-sql.js'
import { patternSql } from './pattern-sql.js'
import { type YearRange, yearRange } from './year-range.js'
import { type ZoneSql, zoneSql } from './zone-sql.js'

/** How times are written in the files. */
export interface TimeOptions {
  /**
   * `iso` (ISO 8601), `epoch-s`, `epoch-ms`, `epoch-us`, `epoch-ns` (since 1970-01-01 UTC, decimals allowed), or a strptime pattern:
   * `%d.%m.%Y %H:%M:%S`. In a pattern, `%Z` reads UTC, GMT, Z or an offset. Default `iso`.
   */
  timeFormat?: string
  /**
   * The zone of times that do not state one: `UTC`, `GMT`, an offset `+02:00`, or an IANA name with a slash, `Europe/Berlin`.
   * Default: none, so every time must state its zone. If set, no time may state one.
   */
  zone?: string
  /**
   * The first and the last year of times. A row with another year is bad, as its time was probably misread; if more than half of
   * a file's rows are, reading ends with an Error that names the likely cause. Default 1990 and 2100.
   */
  years?: readonly [first: number, last: number]
}

/** SQL for DuckDB that reads times. Micros are microseconds since 1970-01-01 UTC, or NULL if a time is bad. */
export interface TimeSql extends FormatSql {
  /** The years in which times are expected. */
  readonly years: YearRange
  /** What the clock of the stated zone showed at micros, in microseconds since it showed 1970-01-01 00:00. */
  readonly clock: (micros: string) => string
  /** Counts that values may be, if they are no times of the stated format. */
  readonly otherCounts: Readonly<Record<string, CountSql>>
}

/** SQL to read times of a format and zone. Throws a RangeError for an unknown format or zone, or impossible years. */
export function timeSql({ timeFormat = 'iso', zone, years = [1990, 2100] }: TimeOptions = {}): TimeSql {
  const local = zone === undefined ? undefined : zoneSql(zone)
  return {
    ...formatSql(timeFormat, zone, local),
    years: yearRange(years),
    clock: local?.clock ?? ((micros) => micros),
    otherCounts: Object.fromEntries(
      Object.entries(epochUnits).flatMap(([name, unit]) =>
        name === timeFormat ? [] : [[name, epochSql(unit)]],
      ),
    ),
  }
}

function formatSql(timeFormat: string, zone: string | undefined, local: ZoneSql | undefined): FormatSql {
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
