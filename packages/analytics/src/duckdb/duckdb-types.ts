import {
  type DuckDBDateValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { type ColumnType, formatUtcDay } from '@minilake/schema'
import type { ResultColumn } from '../sql-engine.js'

/** A value that is not null, as node-api returns it. */
type Value = Exclude<DuckDBValue, null>

/** A column of a result, and how its values are read. */
export type DuckDbResultColumn = ResultColumn & { read: (value: Value) => unknown }

/** The column of a result with a DuckDB type. Types without a column type are read as text. */
export function duckDbResultColumn(name: string, type: DuckDBType): DuckDbResultColumn {
  return { name, engineType: String(type), ...(types[type.typeId] ?? { read: String }) }
}

const asItIs = (value: Value) => value
const bigint = (value: Value) => BigInt(value as number | bigint)
const time = (value: Value) => {
  const date = new Date(Number(floorDivide((value as DuckDBTimestampValue).micros, 1000n)))
  if (Number.isNaN(date.getTime()))
    throw new RangeError(`timestamp expected one that a Date can hold, got ${String(value)}`)
  return date
}
const date = (value: Value) => {
  const { days } = value as DuckDBDateValue
  if (Math.abs(days) > 100_000_000)
    throw new RangeError(`date expected one that a Date can hold, got ${String(value)}`)
  return formatUtcDay(days)
}

/** The column type of each DuckDB type that has one, and how its values are read. */
const types: Partial<Record<DuckDBTypeId, { type: ColumnType; read: (value: Value) => unknown }>> = {
  [DuckDBTypeId.BOOLEAN]: { type: 'boolean', read: asItIs },
  [DuckDBTypeId.TINYINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.SMALLINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.INTEGER]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.UTINYINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.USMALLINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.UINTEGER]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.BIGINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.UBIGINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.HUGEINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.FLOAT]: { type: 'real', read: asItIs },
  [DuckDBTypeId.DOUBLE]: { type: 'double', read: asItIs },
  [DuckDBTypeId.VARCHAR]: { type: 'varchar', read: asItIs },
  [DuckDBTypeId.DATE]: { type: 'date', read: date },
  [DuckDBTypeId.TIMESTAMP]: { type: 'timestamp', read: time },
  [DuckDBTypeId.TIMESTAMP_TZ]: { type: 'timestamp', read: time },
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : -((-value + by - 1n) / by)
}
