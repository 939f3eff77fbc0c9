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
  double: () => floatingPoint('DOUBLE', 'a number'),
  real: () => floatingPoint('REAL', 'a number that 32 bits can hold'),
  bigint: () => whole('BIGINT', 'a whole number of 64 bits'),
  integer: () => whole('INTEGER', 'a whole number of 32 bits'),
  boolean: () => castValue('BOOLEAN', { expected: 'true or false (or t, f, yes, no, 1, 0)' }),
  varchar: () => castValue('VARCHAR', { expected: 'text' }),
}

// DuckDB reads a number that is too large as infinity.
function floatingPoint(type: string, expected: string): ValueSql {
  return castValue(type, {
    isGood: (parsed, raw) =>
      `isfinite(${parsed}) OR regexp_full_match(trim(${raw}), '(?i)[+-]?(nan|inf|infinity)')`,
    expected,
  })
}

// DuckDB would round 1.5 to 2, and read 0x10. 5.0 is accepted, as pandas writes integers like that if values are missing.
function whole(type: string, expected: string): ValueSql {
  return castValue(type, {
    isGood: (_, raw) => `regexp_full_match(trim(${raw}), '[+-]?\\d+(\\.0*)?')`,
    expected,
  })
}
