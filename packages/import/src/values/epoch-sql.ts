import { quoteLiteral } from '@minilake/schema'
import type { CountSql, FormatSql } from './format-sql.js'

/** The formats that count from 1970-01-01 UTC, with their units. */
export const epochUnits: Readonly<Record<string, { micros: number; name: string }>> = {
  'epoch-s': { micros: 1_000_000, name: 'seconds' },
  'epoch-ms': { micros: 1_000, name: 'milliseconds' },
  'epoch-us': { micros: 1, name: 'microseconds' },
}

/** SQL to read counts of a unit, in texts and numbers. */
export function epochSql({ micros, name }: { micros: number; name: string }): FormatSql & CountSql {
  // DECIMAL(30, 12) × DECIMAL(7, 0) is exact. A DOUBLE would lose digits of a count in seconds.
  const exact = (number: string) =>
    `CAST(floor(TRY_CAST(${number} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0)) AS HUGEINT)`
  const inRange = (value: string) =>
    `TRY_CAST(CASE WHEN abs(${value}) < 9000000000000000000 THEN ${value} END AS BIGINT)`
  return {
    // DuckDB casts a text to such a DECIMAL a hundred times more slowly than to a whole number.
    microsOfText: (text) =>
      inRange(
        `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,18}\\s*') THEN CAST(TRY_CAST(${text} AS BIGINT) AS HUGEINT) * ${micros} WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,18}(\\.\\d{0,12})?\\s*') THEN ${exact(text)} END`,
      ),
    microsOfNumber: (number) => inRange(exact(number)),
    isFinerThanMicros: (text) =>
      `(contains(${text}, '.') AND TRY_CAST(${text} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0) % 1 <> 0)`,
    reason: () =>
      quoteLiteral(`expected ${name} since 1970-01-01, such as ${1_767_225_600_000_000 / micros}`),
  }
}
