import { quoteLiteral } from '@minilake/schema'
import { microsRange, type TimeSql } from './time-sql.js'

/** How a value of a file becomes one of a column: SQL for DuckDB in two steps, so that nothing is computed twice. */
export interface ValueSql {
  /** The first step: of a value as the file has it. */
  readonly parsed: (raw: string) => string
  /** The second: what a batch holds (times as micros, dates as days), NULL where the value cannot be read. */
  readonly value: (parsed: string, raw: string) => string
  /** Why a value cannot be read, as SQL: `'expected a number'`. */
  readonly reason: (parsed: string, raw: string) => string
  /** Of times: whether digits below a millisecond are lost; of the second step's result and both before it. */
  readonly isFiner?: (value: string, parsed: string, raw: string) => string
  /** Of times: whether the clock showed this one twice. */
  readonly isTwice?: (parsed: string) => string
}

/** How values are read. */
export interface ValueOptions {
  time: TimeSql
  /** Refuse times finer than a millisecond instead of flooring them. */
  strictTime: boolean
}

/** A value that DuckDB's own cast reads, if it passes a check. */
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

/** A time, floored to whole milliseconds: finer ones would be rounded by a Hive TIMESTAMP, over midnight at worst. */
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
