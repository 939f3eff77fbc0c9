import { type Batch, isDataFileKey, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import { encodeParquet, type EncodeOptions } from './encode-parquet.js'

/** One data file to be published: its object key and its bytes, encoded while they are taken. */
export interface DataFile {
  readonly key: string
  readonly bytes: Iterable<Uint8Array>
}

/**
 * Files of batches as files of Parquet, one by one: nothing is encoded before its bytes are taken. Throws a RangeError for a
 * key under which no engine would find the table's data (`dataFileKey` makes good ones).
 */
export function* dataFiles<T extends Table>(
  table: T,
  files: Iterable<{ readonly key: string; readonly batches: Iterable<Batch<T>> }>,
  options: EncodeOptions = {},
): Generator<DataFile> {
  for (const { key, batches } of files) {
    if (!isDataFileKey(table, key)) {
      const example = `${tablePrefix(table)}${partitionsOf(table)
        .map(([name]) => `${name}=…/`)
        .join('')}a.parquet`
      throw new RangeError(`data file of table ${table.name} expected a key such as ${example}, got ${key}`)
    }
    yield { key, bytes: encodeParquet(table, batches, options) }
  }
}
