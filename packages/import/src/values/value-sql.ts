import { quoteLiteral } from '@minilake/schema'
import { microsRange, type TimeSql } from './time-sql.js'

/** SQL for DuckDB that converts a value of a file to a column's. It has two steps, so that nothing is computed twice. */
export interface ValueSql {
  /** The first step: parses the raw value in the file. */
  readonly parsed: (raw: string) => string
  /** The second step: the entry in a batch (times in microseconds, dates in days), or NULL if the value is bad. */
  readonly value: (parsed: string, raw: string) => string
  /** Why a value is bad: `'expected a number'`. */
  readonly reason: (parsed: string, raw: string) => string
  /** For times: whether digits below a millisecond are lost. Takes the results of both steps and the raw value. */
  readonly isFiner?: (value: string, parsed: string, raw: string) => string
  /** For times: whether the clock showed this time twice. */
  readonly isTwice?: (parsed: string) => string
}

/** How values are read. */
export interface ValueOptions {
  time: TimeSql
  /** Whether times finer than a millisecond are bad, and not floored. */
  strictTime: boolean
}

/** A value that DuckDB's cast reads and that passes a check. */
export function castValue(
  type: string,
  {
    isGood = () => 'true',
    expected,
    result = (parsed) => parsed,
  }: {
    isGood?: (parsed: string, raw: string) => string
    expected: string
    result?: (parsed: string) => string
  },
): ValueSql {
  return {
    parsed: (raw) => `TRY_CAST(${raw} AS ${type})`,
    value: (parsed, raw) => `CASE WHEN ${isGood(parsed, raw)} THEN ${result(parsed)} END`,
    reason: () => quoteLiteral(`expected ${expected}`),
  }
}

/** A date as days since 1970-01-01. */
export function daysOf(date: string): string {
  return `CAST(${date} - DATE '1970-01-01' AS INTEGER)`
}

/** A time floored to whole milliseconds. A Hive TIMESTAMP would round finer times, at worst past midnight. */
export function timeValue(
  { strictTime }: Pick<ValueOptions, 'strictTime'>,
  {
    micros,
    isFinerThanMicros = () => 'false',
    reason,
    isTwice,
  }: {
    micros: (raw: string) => string
    isFinerThanMicros?: (raw: string) => string
    reason: (raw: string) => string
    isTwice?: ((micros: string) => string) | undefined
  },
): ValueSql {
  const isInRange = (parsed: string) => `${parsed} BETWEEN ${microsRange.first} AND ${microsRange.last}`
  const isWhole = (parsed: string) => `${parsed} % 1000 = 0`
  return {
    parsed: micros,
    value: (parsed, raw) => {
      const floored = `CASE WHEN ${isWhole(parsed)} THEN ${parsed} ELSE ${parsed} - (${parsed} % 1000 + 1000) % 1000 END`
      const strict = `CASE WHEN ${isWhole(parsed)} AND NOT ${isFinerThanMicros(raw)} THEN ${parsed} END`
      return `CASE WHEN ${isInRange(parsed)} THEN ${strictTime ? strict : floored} END`
    },
    reason: (parsed, raw) =>
      `CASE WHEN ${parsed} IS NULL THEN ${reason(raw)} WHEN NOT ${isInRange(parsed)} THEN 'expected a time of the years 0001 to 9999' ELSE 'expected whole milliseconds' END`,
    isFiner: (value, parsed, raw) => `(${value} <> ${parsed} OR ${isFinerThanMicros(raw)})`,
    ...(isTwice && { isTwice }),
  }
}
