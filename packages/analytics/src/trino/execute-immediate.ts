import { type ColumnType, type ColumnValues, quoteLiteral, timestampLiteral } from '@minilake/schema'
import { type BoundParameter, positionalSql } from '../query-parameters.js'

/** The statement that runs SQL with parameters: `EXECUTE IMMEDIATE '…' USING …`, which Trino binds as values. */
export function executeImmediate(sql: string, parameters: Readonly<Record<string, BoundParameter>>): string {
  const positional = positionalSql(sql)
  if (positional.names.length === 0) return sql
  const values = positional.names.map((name) => valueSql(parameters[name] as BoundParameter))
  return `EXECUTE IMMEDIATE ${quoteLiteral(positional.sql)} USING ${values.join(', ')}`
}

function valueSql({ type, value }: BoundParameter): string {
  return value === null
    ? `CAST(NULL AS ${type === 'timestamp' ? 'TIMESTAMP(3)' : type.toUpperCase()})`
    : (literals[type] as (value: unknown) => string)(value)
}

const literals: { [T in ColumnType]: (value: ColumnValues[T]) => string } = {
  timestamp: timestampLiteral,
  date: (value) => `DATE ${quoteLiteral(value)}`,
  double: (value) => `DOUBLE '${numberText(value)}'`,
  real: (value) => `REAL '${numberText(Math.fround(value))}'`,
  bigint: (value) => `BIGINT '${value}'`,
  integer: (value) => `INTEGER '${value}'`,
  boolean: String,
  varchar: quoteLiteral,
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}
