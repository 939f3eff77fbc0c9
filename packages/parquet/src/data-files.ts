import type { Batch, Table } from '@minilake/schema'
import { encodeParquet, type EncodeOptions } from './encode-parquet.js'

/** One data file to be published: its object key and its bytes, encoded while they are taken. */
export interface DataFile {
  readonly key: string
  readonly bytes: Iterable<Uint8Array>
}

/** Files of batches as files of Parquet, one by one: nothing is encoded before its bytes are taken. */
export function* dataFiles<T extends Table>(
  table: T,
  files: Iterable<{ readonly key: string; readonly batches: Iterable<Batch<T>> }>,
  options: EncodeOptions = {},
): Generator<DataFile> {
  for (const { key, batches } of files) yield { key, bytes: encodeParquet(table, batches, options) }
}
