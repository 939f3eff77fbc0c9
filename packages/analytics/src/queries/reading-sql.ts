import { type ColumnType, numberLiteral, quoteIdentifier, type Table } from '@minilake/schema'

// NaN sorts above everything in DuckDB and below nothing in Trino, so `NaN > 150` is true in one and false in the other.
// This condition is false for NaN in both, and for NULL it is not true in either. Without abs, DuckDB would leave it out
// wherever a Parquet file's statistics, in which NaN does not count, say that it holds for all rows.
const isReading = (value: string) => `abs(${value}) <= CAST('Infinity' AS DOUBLE)`

/** A numeric column's readings in SQL: its value as a DOUBLE, and the condition (if any) that leaves NaN out. */
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

/** An aggregate over a numeric column's readings as SQL, NaN and NULL left out: `avg("pressure") FILTER (WHERE …)`. */
export function aggregateSql(
  table: Table,
  column: string,
  aggregate: 'avg' | 'sum' | 'min' | 'max' | 'count',
): string {
  const { value, condition } = readingSql(table, column)
  return condition === undefined
    ? `${aggregate}(${value})`
    : `${aggregate}(${value}) FILTER (WHERE ${condition})`
}

/** How many of a column's values are NaN, as SQL. */
export function nanCountSql(table: Table, column: string): string {
  // No condition on NaN itself: DuckDB would settle it by a Parquet file's statistics, in which NaN does not count.
  return `count(${readingSql(table, column).value}) - ${aggregateSql(table, column, 'count')}`
}

/** A column's reading as a DOUBLE, NULL where it is NaN, as SQL. */
export function readingValueSql(table: Table, column: string): string {
  const { value, condition } = readingSql(table, column)
  return condition === undefined ? value : `CASE WHEN ${condition} THEN ${value} END`
}

/** The condition that a column's reading is over a limit, as SQL; NaN and NULL are not. */
export function aboveSql(table: Table, column: string, limit: number): string {
  const { condition } = readingSql(table, column)
  const above = `${quoteIdentifier(column)} > ${numberLiteral(limit)}`
  return condition === undefined ? above : `${above} AND ${condition}`
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
