import { DuckDBDateValue, type DuckDBPreparedStatement, DuckDBTimestampValue } from '@duckdb/node-api'
import { type ColumnType, type ColumnValues, parseUtcDay } from '@minilake/schema'
import type { BoundParameter } from '../query-parameters.js'

type Bind<T extends ColumnType> = (
  statement: DuckDBPreparedStatement,
  index: number,
  value: ColumnValues[T],
) => void

/** Binds the parameters of a prepared statement by their names. */
export function bindParameters(
  statement: DuckDBPreparedStatement,
  parameters: Readonly<Record<string, BoundParameter>>,
): void {
  for (const [name, { type, value }] of Object.entries(parameters)) {
    const index = statement.parameterIndex(name)
    if (value === null) statement.bindNull(index)
    else (binders[type] as Bind<ColumnType>)(statement, index, value)
  }
}

const binders: { [T in ColumnType]: Bind<T> } = {
  timestamp: (statement, index, value) =>
    statement.bindTimestamp(index, new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n)),
  date: (statement, index, value) => statement.bindDate(index, new DuckDBDateValue(parseUtcDay(value))),
  double: (statement, index, value) => statement.bindDouble(index, value),
  real: (statement, index, value) => statement.bindFloat(index, value),
  bigint: (statement, index, value) => statement.bindBigInt(index, value),
  integer: (statement, index, value) => statement.bindInteger(index, value),
  boolean: (statement, index, value) => statement.bindBoolean(index, value),
  varchar: (statement, index, value) => statement.bindVarchar(index, value),
}
