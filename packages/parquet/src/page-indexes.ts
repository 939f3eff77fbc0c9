import type { ColumnChunk } from 'hyparquet'
import type { Writer } from 'hyparquet-writer'
import { writeIndexes } from 'hyparquet-writer/src/indexes.js'
import type { WrittenChunk } from './column-chunk.js'
import { MetadataWriter } from './metadata-writer.js'

/**
 * The column and offset indexes of a file's chunks, which Parquet has between the row groups and the footer: hyparquet-writer's, kept
 * as bytes until then, since as objects they would take more memory than all else the longer a file gets.
 */
export class PageIndexes {
  readonly #pending: { chunk: ColumnChunk; bytes: Uint8Array }[] = []

  add(written: WrittenChunk): void {
    const bytes = new MetadataWriter()
    writeIndexes(bytes, [written])
    this.#pending.push({ chunk: written.chunk, bytes: bytes.getBytes().slice() })
  }

  /** Writes all column indexes, then all offset indexes, and tells the chunks where. */
  write(writer: Writer): void {
    for (const { chunk, bytes } of this.#pending) {
      if (chunk.column_index_length === undefined) continue
      chunk.column_index_offset = BigInt(writer.offset)
      writer.appendBytes(bytes.subarray(0, chunk.column_index_length))
    }
    for (const { chunk, bytes } of this.#pending) {
      if (chunk.offset_index_length === undefined) continue
      chunk.offset_index_offset = BigInt(writer.offset)
      writer.appendBytes(bytes.subarray(bytes.length - chunk.offset_index_length))
    }
  }
}
