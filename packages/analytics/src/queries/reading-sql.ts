import { type ColumnType, numberLiteral, quoteIdentifier, type Table } from '@minilake/schema'
import type { Dialect } from '../dialect.js'

// `NaN > 150` is true in DuckDB, which sorts NaN above everything, and false in Trino. This condition is false for NaN in both,
// and not true for NULL in either. Without abs, DuckDB would drop it where a Parquet file's statistics, which ignore NaN, say
// that it is true for all rows.
const isReading = (value: string) => `abs(${value}) <= CAST('Infinity' AS DOUBLE)`

/** SQL for a numeric column: its value as a DOUBLE and, if it can be NaN, the condition that excludes NaN. */
const readings: Record<ColumnType, ((name: string) => { value: string; condition?: string }) | undefined> = {
  double: (name) => ({ value: name, condition: isReading(name) }),
  real: (name) => ({ value: `CAST(${name} AS DOUBLE)`, condition: isReading(name) }),
  bigint: (name) => ({ value: `CAST(${name} AS DOUBLE)` }),
  integer: (name) => ({ value: `CAST(${name} AS DOUBLE)` }),
  timestamp: undefined,
  date: undefined,
  boolean: undefined,
  varchar: undefined,
}

/** SQL for an aggregate of a numeric column without NaN and NULL: `max("pressure") FILTER (WHERE …)`. */
export function aggregateSql(
  table: Table,
  column: string,
  aggregate: 'sum' | 'min' | 'max' | 'count',
): string {
  const { value, condition } = readingSql(table, column)
  return condition === undefined
    ? `${aggregate}(${value})`
    : `${aggregate}(${value}) FILTER (WHERE ${condition})`
}

/** SQL for the number of NaN values in a column. */
export function nanCountSql(table: Table, column: string): string {
  // Not by a condition on NaN: DuckDB would decide it from a Parquet file's statistics, which ignore NaN.
  return `count(${readingSql(table, column).value}) - ${aggregateSql(table, column, 'count')}`
}

/** SQL for a column's value as a DOUBLE, with NaN as NULL: in the dialect of an engine, which is faster, or one text for all. */
export function readingValueSql(table: Table, column: string, dialect?: Dialect): string {
  const { value, condition: portable } = readingSql(table, column)
  const condition = portable && (dialect?.isNumber(quoteIdentifier(column)) ?? portable)
  return condition === undefined ? value : `CASE WHEN ${condition} THEN ${value} END`
}

/** SQL condition: a column's value is strictly above, or strictly below, a limit. NaN and NULL are not. */
export function beyondSql(table: Table, column: string, side: 'above' | 'below', limit: number): string {
  const { condition } = readingSql(table, column)
  const beyond = `${quoteIdentifier(column)} ${side === 'above' ? '>' : '<'} ${numberLiteral(limit)}`
  return condition === undefined ? beyond : `${beyond} AND ${condition}`
}

function readingSql(table: Table, column: string): { value: string; condition?: string } {
  const definition = table.columns[column]
  const text = definition && readings[definition.type]
  if (!text) {
    throw new TypeError(
      `table ${table.name} expected a numeric column, got ${column} (${definition?.type ?? 'no such column'})`,
    )
  }
  return text(quoteIdentifier(column))
}
