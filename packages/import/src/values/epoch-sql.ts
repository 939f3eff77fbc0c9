import { quoteLiteral } from '@minilake/schema'
import type { CountSql, FormatSql } from './format-sql.js'

/** The formats that count from 1970-01-01 UTC, with their units. */
export const epochUnits: Readonly<Record<string, { micros: number; name: string }>> = {
  'epoch-s': { micros: 1_000_000, name: 'seconds' },
  'epoch-ms': { micros: 1_000, name: 'milliseconds' },
  'epoch-us': { micros: 1, name: 'microseconds' },
  'epoch-ns': { micros: 0.001, name: 'nanoseconds' },
}

/** SQL to read counts of a unit, in texts and numbers. */
export function epochSql({ micros, name }: { micros: number; name: string }): FormatSql & CountSql {
  if (micros < 1) return nanosSql(name)
  // DECIMAL(30, 12) × DECIMAL(7, 0) is exact. A DOUBLE would lose digits of a count in seconds.
  const exact = (number: string) =>
    `CAST(floor(TRY_CAST(${number} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0)) AS HUGEINT)`
  const inRange = (value: string) =>
    `TRY_CAST(CASE WHEN abs(${value}) < 9000000000000000000 THEN ${value} END AS BIGINT)`
  return {
    // DuckDB casts a text to such a DECIMAL a hundred times more slowly than to a whole number.
    microsOfText: (text) =>
      inRange(
        `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,18}\\s*') THEN CAST(TRY_CAST(${text} AS BIGINT) AS HUGEINT) * ${micros} WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,18}(\\.\\d{0,12})?\\s*') OR regexp_full_match(${text}, '\\s*[+-]?\\d(\\.\\d{0,12})?[eE]\\+?0?\\d\\s*') OR regexp_full_match(${text}, '\\s*[+-]?\\d(\\.\\d{0,20})?[eE]\\+?1[0-7]\\s*') THEN ${exact(text)} END`,
      ),
    microsOfNumber: (number) => inRange(exact(number)),
    isFinerThanMicros: (text) =>
      `(contains(${text}, '.') AND TRY_CAST(${text} AS DECIMAL(30, 12)) * ${micros}::DECIMAL(7, 0) % 1 <> 0)`,
    reason: () =>
      quoteLiteral(`expected ${name} since 1970-01-01, such as ${1_767_225_600_000_000 / micros}`),
  }
}

/** SQL to read whole counts of nanoseconds, floored to microseconds. */
function nanosSql(name: string): FormatSql & CountSql {
  const floored = (nanos: string) => `((${nanos} - (${nanos} % 1000 + 1000) % 1000) // 1000)`
  const inRange = (nanos: string) =>
    `TRY_CAST(CASE WHEN abs(${nanos}) < 9000000000000000000000 THEN ${floored(nanos)} END AS BIGINT)`
  const ofText = (text: string) =>
    `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?\\d{1,21}(\\.0*)?\\s*') THEN TRY_CAST(split_part(trim(${text}), '.', 1) AS HUGEINT) END`
  return {
    microsOfText: (text) => inRange(ofText(text)),
    microsOfNumber: (number) => inRange(ofText(`CAST(${number} AS VARCHAR)`)),
    isFinerThanMicros: (text) => `coalesce(${ofText(text)} % 1000 <> 0, false)`,
    reason: () => quoteLiteral(`expected whole ${name} since 1970-01-01, such as 1767225600000000000`),
  }
}
