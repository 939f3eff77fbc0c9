import type { Writer } from 'hyparquet-writer'
import type { WrittenChunk } from './chunk-column.js'

/** Gathers a column's values of one row group and writes them as a column chunk. It is then ready for the next row group. */
export interface ColumnEncoder<Buffer> {
  /** Adds the rows from `start` to before `end`. Where `nulls` is 1, the row has no value. */
  add(values: Buffer, nulls: Uint8Array | undefined, start: number, end: number): void
  write(writer: Writer): WrittenChunk
  /** Gives up what it holds for the next row group. It must not be used afterwards. */
  close(): void
}
