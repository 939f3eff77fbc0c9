import {
  type DuckDBDataChunk,
  type DuckDBTimestampNanosecondsValue,
  DuckDBTypeId,
  type DuckDBValue,
  type DuckDBVector,
} from '@duckdb/node-api'
import type { BatchColumn } from '../result-batch.js'

/** A value that is not null, as node-api returns it. */
type Value = Exclude<DuckDBValue, null>

/** A column of a chunk as a buffer of its column type; as text if it has none. Throws a RangeError for a value that does not fit. */
export function duckDbBuffer(chunk: DuckDBDataChunk, index: number): BatchColumn {
  const vector = chunk.getColumnVector(index)
  const nulls = nullMask(vector)
  return { values: (readers[vector.type.typeId] ?? texts)(vector, nulls), nulls }
}

type Reader = (vector: DuckDBVector, nulls: Uint8Array | undefined) => BatchColumn['values']

/**
 * The native values of a vector, which node-api copies out of DuckDB for each vector and keeps to itself: reading them one by one takes
 * a hundred times as long.
 */
function itemsOf<Items>(vector: DuckDBVector): Items {
  return (vector as unknown as { items: Items }).items
}

/** 1 where a vector has no value; undefined if it has them all. */
function nullMask(vector: DuckDBVector): Uint8Array | undefined {
  const { data } = (vector as unknown as { validity: { data: BigUint64Array | null } }).validity
  if (data === null) return undefined
  const mask = new Uint8Array(vector.itemCount)
  let nulls = 0
  for (let row = 0; row < mask.length; row += 64) {
    const word = data[row / 64] ?? 0n
    if (word === 0xffff_ffff_ffff_ffffn) continue
    const [low, high] = [Number(word & 0xffff_ffffn), Number(word >> 32n)]
    for (let bit = 0; bit < 64 && row + bit < mask.length; bit++) {
      if ((((bit < 32 ? low : high) >>> (bit % 32)) & 1) === 1) continue
      mask[row + bit] = 1
      nulls++
    }
  }
  return nulls === 0 ? undefined : mask
}

const asTheyAre: Reader = (vector) => itemsOf(vector)
const integers: Reader = (vector) => Int32Array.from(itemsOf<Int16Array>(vector))

/** A reader of 64-bit integers, each from the value that node-api returns. */
const longs =
  (longOf: (value: Value) => bigint): Reader =>
  (vector, nulls) => {
    const longs = new BigInt64Array(vector.itemCount)
    for (let row = 0; row < longs.length; row++) {
      if (nulls?.[row] === 1) continue
      const value = vector.getItem(row) as Value
      const long = longOf(value)
      if (BigInt.asIntN(64, long) !== long)
        throw new RangeError(`batch expected integers and times of 64 bits, got ${String(value)}`)
      longs[row] = long
    }
    return longs
  }

const texts: Reader = (vector, nulls) => {
  const texts = new Array<string>(vector.itemCount)
  for (let row = 0; row < texts.length; row++)
    texts[row] = nulls?.[row] === 1 ? '' : String(vector.getItem(row))
  return texts
}

const nanos = (value: Value) => {
  const { nanos } = value as DuckDBTimestampNanosecondsValue
  return (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n
}

/** How the values of each DuckDB type that has a column type are read. */
const readers: Partial<Record<DuckDBTypeId, Reader>> = {
  [DuckDBTypeId.BOOLEAN]: (vector) =>
    Uint8Array.from({ length: vector.itemCount }, (_, row) => Number(vector.getItem(row) ?? 0)),
  [DuckDBTypeId.TINYINT]: integers,
  [DuckDBTypeId.SMALLINT]: integers,
  [DuckDBTypeId.INTEGER]: asTheyAre,
  [DuckDBTypeId.UTINYINT]: integers,
  [DuckDBTypeId.USMALLINT]: integers,
  [DuckDBTypeId.UINTEGER]: longs((value) => BigInt(value as number)),
  [DuckDBTypeId.BIGINT]: asTheyAre,
  [DuckDBTypeId.UBIGINT]: longs((value) => value as bigint),
  [DuckDBTypeId.HUGEINT]: longs((value) => value as bigint),
  [DuckDBTypeId.FLOAT]: asTheyAre,
  [DuckDBTypeId.DOUBLE]: asTheyAre,
  [DuckDBTypeId.VARCHAR]: texts,
  [DuckDBTypeId.DATE]: asTheyAre,
  [DuckDBTypeId.TIMESTAMP_S]: longs((value) => (value as { seconds: bigint }).seconds * 1_000_000n),
  [DuckDBTypeId.TIMESTAMP_MS]: longs((value) => (value as { millis: bigint }).millis * 1000n),
  [DuckDBTypeId.TIMESTAMP]: asTheyAre,
  [DuckDBTypeId.TIMESTAMP_NS]: longs(nanos),
  [DuckDBTypeId.TIMESTAMP_TZ]: asTheyAre,
}
