import { endianness } from 'node:os'
import {
  type Batch,
  columnBuffer,
  type ColumnBuffers,
  columnsOf,
  type ColumnType,
  type Table,
} from '@minilake/schema'
import type { ParquetWriter } from 'hyparquet-writer'
import { doubleValues } from '../encodings/double-values.js'
import { timestampValues } from '../encodings/timestamp-values.js'
import { bufferedBooleans, bufferedColumn, bufferedNumbers, bufferedTexts } from './buffered-column.js'
import type { ChunkColumn } from './chunk-column.js'
import type { Codec } from './codec.js'
import type { ColumnEncoder } from './column-encoder.js'
import type { PageIndexes } from './page-indexes.js'
import { columnElement, schemaElements } from './schema-elements.js'
import { typedColumn } from './typed-column.js'

/** Gathers rows until they make a row group, and writes it. It is then empty and ready for the next one, of any file of the table. */
export interface RowGroup {
  /** Number of rows gathered. */
  rowCount(): number
  /** Adds the rows of a batch from `start` to before `end`. */
  add(batch: Batch, start: number, end: number): void
  /** Writes one column chunk per step, then adds the row group to the footer and its page indexes to `indexes`. */
  write(writer: ParquetWriter, indexes: PageIndexes): Generator<void>
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
      ...compression(codec),
      stats: true,
      pageSize: 1_048_576,
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
      const nulls: Readonly<Record<string, Uint8Array>> | undefined = batch.nulls
      for (const { name, encoder } of columns) {
        const values = batch.columns[name]
        if (values === undefined) throw new TypeError(`batch of table ${table.name} lacks column ${name}`)
        encoder.add(values, nulls?.[name], start, end)
      }
      rowCount += end - start
    },
    *write(writer, indexes) {
      const start = writer.writer.offset
      const chunks = []
      for (const { encoder } of columns) {
        chunks.push(encoder.write(writer.writer))
        yield
      }
      const uncompressed = chunks.map(({ chunk }) => chunk.meta_data?.total_uncompressed_size ?? 0n)
      for (const chunk of chunks) indexes.add(chunk)
      writer.num_rows += BigInt(rowCount)
      writer.row_groups.push({
        columns: chunks.map(({ chunk }) => chunk),
        total_byte_size: uncompressed.reduce((sum, bytes) => sum + bytes, 0n),
        num_rows: BigInt(rowCount),
        total_compressed_size: BigInt(writer.writer.offset - start),
      })
      rowCount = 0
    },
  }
}

/** A codec in hyparquet-writer's options. */
export function compression(codec: Codec | undefined): Pick<ChunkColumn, 'codec' | 'compressors'> {
  if (codec === undefined) return { codec: 'UNCOMPRESSED', compressors: {} }
  return { codec: codec.name, compressors: { [codec.name]: (bytes: Uint8Array) => codec.compress(bytes) } }
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
