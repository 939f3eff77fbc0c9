import type { ColumnType } from '@minilake/schema'
import { castValue, daysOf, timeValue, type ValueOptions, type ValueSql } from './value-sql.js'

/** How a text is read as each column type, from CSV, JSON or a text column of Parquet. */
export const textValue: Record<ColumnType, (options: ValueOptions) => ValueSql> = {
  timestamp: (options) => {
    const { microsOfText, isFinerThanMicros, reason, isTwice, year, otherCounts } = options.time
    const otherFormats = Object.fromEntries(
      Object.entries(otherCounts).map(([name, other]) => [name, other.microsOfText]),
    )
    return timeValue(options, {
      micros: microsOfText,
      isFinerThanMicros,
      reason,
      isTwice,
      ...(year && { year }),
      otherFormats,
    })
  },
  date: () =>
    castValue('DATE', {
      isGood: (parsed, raw) =>
        `regexp_full_match(trim(${raw}), '\\d{4}-\\d{2}-\\d{2}') AND ${parsed} >= DATE '0001-01-01'`,
      expected: 'a date YYYY-MM-DD',
      result: daysOf,
    }),
  double: (options) => floatingPoint('DOUBLE', 'a number', options),
  real: (options) => floatingPoint('REAL', 'a number that 32 bits can hold', options),
  bigint: (options) => whole('BIGINT', 'a whole number of 64 bits', options),
  integer: (options) => whole('INTEGER', 'a whole number of 32 bits', options),
  boolean: () => ({
    parsed: (raw) => `coalesce(TRY_CAST(${raw} AS BOOLEAN), ${booleanText(raw)})`,
    value: (parsed) => parsed,
    reason: () => `'expected true or false (or t, f, yes, no, on, off, 1, 0)'`,
  }),
  varchar: () => castValue('VARCHAR', { expected: 'text' }),
}

// The texts that DuckDB's cast does not read.
function booleanText(raw: string): string {
  const text = `lower(trim(${raw}))`
  return `CASE WHEN ${text} IN ('true', 't', 'yes', 'y', 'on', '1', '1.0') THEN true WHEN ${text} IN ('false', 'f', 'no', 'n', 'off', '0', '0.0') THEN false END`
}

// DuckDB reads a number that is too large as infinity.
function floatingPoint(type: string, expected: string, { numbers }: ValueOptions): ValueSql {
  const isFinite = (parsed: string, raw: string) =>
    `(isfinite(${parsed}) OR regexp_full_match(trim(${raw}), '(?i)[+-]?(nan|inf|infinity)'))`
  return castValue(type, {
    ...(numbers && { source: numbers.plain }),
    isGood: (parsed, raw) =>
      numbers ? `${numbers.isNumber(raw)} AND ${isFinite(parsed, raw)}` : isFinite(parsed, raw),
    expected: numbers ? `${expected} ${numbers.text}` : expected,
  })
}

// DuckDB would round 1.5 to 2, and read 0x10. 5.0 is accepted, as pandas writes integers like that if values are missing.
function whole(type: string, expected: string, { numbers }: ValueOptions): ValueSql {
  return castValue(type, {
    ...(numbers && { source: numbers.plain }),
    isGood: (_, raw) =>
      numbers ? numbers.isWhole(raw) : `regexp_full_match(trim(${raw}), '[+-]?\\d+(\\.0*)?')`,
    expected: numbers ? `${expected} ${numbers.text}` : expected,
  })
}
