import type { ColumnChunk, OffsetIndex } from 'hyparquet'
import { BoundaryOrders } from 'hyparquet/src/constants.js'
import type { Writer } from 'hyparquet-writer'
import type { WrittenChunk } from './chunk-column.js'
import { compactType, CompactWriter } from './compact-writer.js'

type ColumnIndex = NonNullable<WrittenChunk['columnIndex']>

/**
 * The column and offset indexes of a file, which Parquet stores between the last row group and the footer. Until then they are kept
 * as the bytes that hyparquet-writer would write: as objects, thousands of pages would take more memory than everything else, and the
 * library's generic serialisation would take as long as encoding the values.
 */
export class PageIndexes {
  readonly #pending: { chunk: ColumnChunk; columnIndex: Uint8Array; offsetIndex: Uint8Array }[] = []

  add({ chunk, columnIndex, offsetIndex }: WrittenChunk): void {
    this.#pending.push({
      chunk,
      columnIndex: columnIndex ? columnIndexBytes(columnIndex) : new Uint8Array(),
      offsetIndex: offsetIndex ? offsetIndexBytes(offsetIndex) : new Uint8Array(),
    })
  }

  /** Writes all column indexes, then all offset indexes, and sets their offsets in the chunks' metadata. */
  write(writer: Writer): void {
    for (const { chunk, columnIndex } of this.#pending) {
      if (columnIndex.length === 0) continue
      chunk.column_index_offset = BigInt(writer.offset)
      chunk.column_index_length = columnIndex.length
      writer.appendBytes(columnIndex)
    }
    for (const { chunk, offsetIndex } of this.#pending) {
      if (offsetIndex.length === 0) continue
      chunk.offset_index_offset = BigInt(writer.offset)
      chunk.offset_index_length = offsetIndex.length
      writer.appendBytes(offsetIndex)
    }
  }
}

// Field numbers are those of ColumnIndex, OffsetIndex and PageLocation in parquet.thrift.

function columnIndexBytes(index: ColumnIndex): Uint8Array {
  const { boolean, int32, int64, binary, list } = compactType
  const { null_pages, min_values, max_values, boundary_order, null_counts, nan_counts } = index
  const writer = new CompactWriter()
  const counts = (field: number, values: readonly bigint[]) => {
    writer.field(field, list)
    writer.list(values.length, int64)
    for (const value of values) writer.count(Number(value))
  }
  writer.field(1, list)
  writer.list(null_pages.length, boolean)
  for (const isNull of null_pages) writer.boolean(isNull)
  for (const values of [min_values, max_values]) {
    writer.field(1, list)
    writer.list(values.length, binary)
    for (const value of values) writer.binary(value)
  }
  writer.field(1, int32)
  writer.count(BoundaryOrders.indexOf(boundary_order))
  if (null_counts) counts(1, null_counts)
  if (nan_counts) counts(null_counts ? 3 : 4, nan_counts)
  writer.stop()
  return writer.bytes()
}

function offsetIndexBytes({ page_locations }: OffsetIndex): Uint8Array {
  const { int32, int64, list, struct } = compactType
  const writer = new CompactWriter()
  writer.field(1, list)
  writer.list(page_locations.length, struct)
  for (const { offset, compressed_page_size, first_row_index } of page_locations) {
    writer.field(1, int64)
    writer.count(Number(offset))
    writer.field(1, int32)
    writer.count(compressed_page_size)
    writer.field(1, int64)
    writer.count(Number(first_row_index))
    writer.stop()
  }
  writer.stop()
  return writer.bytes()
}
