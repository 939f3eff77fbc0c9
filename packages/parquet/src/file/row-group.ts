import { endianness } from 'node:os'
import {
  type Batch,
  columnBuffer,
  type ColumnBuffers,
  columnsOf,
  type ColumnType,
  columnValues,
  nullMask,
  type Table,
} from '@minilake/schema'
import type { Writer } from 'hyparquet-writer'
import { maxDictionaryBytes } from '../encodings/dictionary-limits.js'
import { doubleValues } from '../encodings/double-values.js'
import { timestampValues } from '../encodings/timestamp-values.js'
import { bufferedBooleans, bufferedColumn, bufferedNumbers, bufferedTexts } from './buffered-column.js'
import type { ChunkColumn } from './chunk-column.js'
import type { Codec } from './codec.js'
import type { ColumnEncoder } from './column-encoder.js'
import type { FooterContent } from './footer.js'
import { checkPageBytes } from './page-bytes.js'
import type { PageIndexes } from './page-indexes.js'
import { columnElement, schemaElements } from './schema-elements.js'
import { typedColumn } from './typed-column.js'

/** Gathers rows until they make a row group, and writes it. It is then empty and ready for the next one. */
export interface RowGroup {
  /** Number of rows gathered. */
  rowCount(): number
  /** Adds the rows of a batch from `start` to before `end`. */
  add(batch: Batch, start: number, end: number): void
  /** Writes one column chunk per step, then adds the row group to `footer` and its page indexes to `indexes`. */
  write(writer: Writer, footer: FooterContent, indexes: PageIndexes): Generator<void>
  /** Gives up what its columns hold, whether rows are left in it or not. It must not be used afterwards. */
  close(): void
}

/**
 * An empty row group of a table. Times and doubles, which readings consist of, are encoded from their typed arrays as they arrive.
 * Other columns wait until the row group is complete; hyparquet-writer, which makes an object of every value, then encodes them.
 */
export function rowGroup(table: Table, codec: Codec | undefined): RowGroup {
  const [root] = schemaElements(table)
  const columns = columnsOf(table).map(([name, definition]) => {
    const element = columnElement(name, definition)
    const column: ChunkColumn = {
      columnName: name,
      element,
      schemaPath: [root, element],
      ...compression(codec, name),
      stats: true,
      pageSize: 1_048_576,
      dictionarySize: maxDictionaryBytes,
      columnIndex: true,
      offsetIndex: true,
    }
    const encoder: ColumnEncoder<ColumnBuffers[ColumnType]> = encoders[definition.type](column)
    return { name, encoder }
  })
  let rowCount = 0
  return {
    rowCount: () => rowCount,
    add(batch, start, end) {
      for (const { name, encoder } of columns)
        encoder.add(columnValues(batch, name), nullMask(batch, name), start, end)
      rowCount += end - start
    },
    *write(writer, footer, indexes) {
      const start = writer.offset
      const chunks = []
      for (const { encoder } of columns) {
        chunks.push(encoder.write(writer))
        yield
      }
      const uncompressed = chunks.map(({ chunk }) => chunk.meta_data?.total_uncompressed_size ?? 0n)
      for (const chunk of chunks) indexes.add(chunk)
      footer.num_rows += BigInt(rowCount)
      footer.row_groups.push({
        columns: chunks.map(({ chunk }) => chunk),
        total_byte_size: uncompressed.reduce((sum, bytes) => sum + bytes, 0n),
        num_rows: BigInt(rowCount),
        total_compressed_size: BigInt(writer.offset - start),
      })
      rowCount = 0
    },
    close() {
      for (const { encoder } of columns) encoder.close()
    },
  }
}

/** A codec in hyparquet-writer's options. What it compresses, and makes of it, must fit into a page of the column. */
function compression(codec: Codec | undefined, column: string): Pick<ChunkColumn, 'codec' | 'compressors'> {
  const compress = (bytes: Uint8Array) => {
    checkPageBytes(column, bytes.length)
    const compressed = codec ? codec.compress(bytes) : bytes
    checkPageBytes(column, compressed.length)
    return compressed
  }
  const name = codec?.name ?? 'UNCOMPRESSED'
  return { codec: name, compressors: { [name]: compress } }
}

const buffered: { [T in ColumnType]: (column: ChunkColumn) => ColumnEncoder<ColumnBuffers[T]> } = {
  timestamp: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.timestamp)),
  date: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.date)),
  double: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.double)),
  real: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.real)),
  bigint: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.bigint)),
  integer: (column) => bufferedColumn(column, bufferedNumbers(columnBuffer.integer)),
  boolean: (column) => bufferedColumn(column, bufferedBooleans),
  varchar: (column) => bufferedColumn(column, bufferedTexts),
}

// Parquet's values are little-endian, and so are typed arrays on every platform of Node.js but s390x.
const encoders: typeof buffered =
  endianness() === 'LE'
    ? {
        ...buffered,
        timestamp: (column) => typedColumn(column, timestampValues()),
        double: (column) =>
          typedColumn(column, doubleValues({ isCompressed: column.codec !== 'UNCOMPRESSED' })),
      }
    : buffered
