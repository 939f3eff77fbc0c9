/** SQL for DuckDB that reads times of a format. Micros are microseconds since 1970-01-01 UTC, or NULL if a time is bad. */
export interface FormatSql {
  /** The micros of a text. */
  readonly microsOfText: (text: string) => string
  /** The micros of a TIMESTAMP, which has no zone. Absent if no zone was stated. */
  readonly microsOfLocal?: (timestamp: string) => string
  /** The micros of a number. Absent unless the format is a count since 1970. */
  readonly microsOfNumber?: CountSql['microsOfNumber']
  /** Whether a text has digits other than 0 below a microsecond. */
  readonly isFinerThanMicros: (text: string) => string
  /** Whether micros are a local time that the zone's clock shows twice. Absent for zones without such times. */
  readonly isTwice?: (micros: string) => string
  /** Why a text is not a valid time. */
  readonly reason: (text: string) => string
  /** How years of four digits are told from shorter ones. Absent for formats that state no such year. */
  readonly year?: YearSql
}

/** SQL about years of four digits. */
interface YearSql {
  /** Whether the year in a text that is a time has fewer than four digits. */
  readonly isShort: (text: string) => string
  /** The pattern with which years of two digits are read. */
  readonly shortFormat: string
}

/** SQL that reads counts since 1970. */
export interface CountSql {
  readonly microsOfText: (text: string) => string
  readonly microsOfNumber: (number: string) => string
}
