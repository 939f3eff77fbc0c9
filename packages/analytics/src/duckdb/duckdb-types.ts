import {
  type DuckDBDateValue,
  type DuckDBTimestampMillisecondsValue,
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampSecondsValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { type ColumnType, formatUtcDay } from '@minilake/schema'
import { preciseDate } from '../precise-date.js'
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
const seconds = (value: Value) => {
  return timeOf(value, (value as DuckDBTimestampSecondsValue).seconds * 1000n, 1n)
}
const millis = (value: Value) => timeOf(value, (value as DuckDBTimestampMillisecondsValue).millis, 1n)
const micros = (value: Value) => timeOf(value, (value as DuckDBTimestampValue).micros, 1000n)
const nanos = (value: Value) => {
  const { nanos, isFinite } = value as DuckDBTimestampNanosecondsValue
  if (!isFinite) return timeOf(nanos > 0n ? 'infinity' : '-infinity', beyondDate, 1n)
  return timeOf(value, nanos, 1_000_000n)
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
  [DuckDBTypeId.TIMESTAMP_S]: { type: 'timestamp', read: seconds },
  [DuckDBTypeId.TIMESTAMP_MS]: { type: 'timestamp', read: millis },
  [DuckDBTypeId.TIMESTAMP]: { type: 'timestamp', read: micros },
  [DuckDBTypeId.TIMESTAMP_NS]: { type: 'timestamp', read: nanos },
  [DuckDBTypeId.TIMESTAMP_TZ]: { type: 'timestamp', read: micros },
}

const beyondDate = 10n ** 30n

/** The time that is `units` after 1970, where a millisecond has a power of ten of them. */
function timeOf(value: Value, units: bigint, unitsPerMilli: bigint): Date {
  const remainder = units % unitsPerMilli
  const finer = remainder < 0n ? remainder + unitsPerMilli : remainder
  const millis = Number((units - finer) / unitsPerMilli)
  if (!(Math.abs(millis) <= 8.64e15))
    throw new RangeError(`timestamp expected one that a Date can hold, got ${String(value)}`)
  if (finer === 0n) return new Date(millis)
  return preciseDate(millis, String(unitsPerMilli + finer).slice(1)) // with leading zeros
}
