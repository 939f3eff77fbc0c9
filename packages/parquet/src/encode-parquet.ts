import type { Batch, Table } from '@minilake/schema'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { schemaElements } from './element.js'
import { rowGroups } from './row-groups.js'
import { writeRowGroup } from './write-row-group.js'

/**
 * The writer's name in our files, in the form parquet-java needs to trust string statistics (PARQUET-251). It names the
 * version of the bytes, not of the package: it changes only when the same rows give other bytes.
 */
export const createdBy = 'minilake version 1.0.0 (build 1)'

/** How many rows a row group has. */
export interface EncodeOptions {
  /** Rows of each row group but the last; they are held in memory while it is encoded. Default 1,048,576. */
  rowGroupRows?: number
}

/**
 * Batches of a table as the bytes of one Parquet file, in chunks of about a row group, memory bounded by a row group.
 * The same rows give the same bytes however they are cut into batches. No batches give a valid file of no rows.
 * Throws a TypeError or RangeError when a batch does not fit the table.
 */
export function* encodeParquet<T extends Table>(
  table: T,
  batches: Iterable<Batch<T>>,
  { rowGroupRows = 1_048_576 }: EncodeOptions = {},
): Generator<Uint8Array> {
  if (!Number.isSafeInteger(rowGroupRows) || rowGroupRows < 1) {
    throw new RangeError(`rowGroupRows expected a whole number of at least 1, got ${rowGroupRows}`)
  }
  const bytes = new ByteWriter(1024 * 1024)
  // Bit-packed indexes are dense already: snappy would take 3 % more off and cost more time than it saves.
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaElements(table),
    codec: 'UNCOMPRESSED',
    createdBy,
  })
  for (const group of rowGroups(table, batches as Iterable<Batch>, rowGroupRows)) {
    writeRowGroup(writer, table, group)
    yield takeBytes(bytes)
  }
  void writer.finish()
  yield takeBytes(bytes)
}

/** Hands over what has been written so far and empties the writer's buffer; its offset in the file goes on. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const taken = writer.getBytes().slice()
  writer.index = 0
  return taken
}
