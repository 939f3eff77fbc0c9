import { endianness } from 'node:os'
import { type Batch, type ColumnBuffers, columnsOf, type ColumnType, type Table } from '@minilake/schema'
import type { SchemaElement } from 'hyparquet'
import type { ParquetWriter } from 'hyparquet-writer'
import type { Codec } from './codec.js'
import type { ChunkColumn } from './write-column-chunk.js'
import { doubleValues } from '../encodings/double-values.js'
import { schemaElements } from './schema-elements.js'
import { joinedColumn } from './buffered-column.js'
import type { PageIndexes } from './page-indexes.js'
import { timestampValues } from '../encodings/timestamp-values.js'
import { type ColumnEncoder, typedColumn } from './typed-column.js'

/** Gathers batches until they make a row group, and writes them as one; then it is empty again, for the same file or another. */
export interface RowGroup {
  /** Rows gathered. */
  rowCount(): number
  /** Takes the rows of a batch from `start` to before `end`. */
  add(batch: Batch, start: number, end: number): void
  /** Writes the column chunks to a file, one at a step, and last the row group's entry in its footer; their indexes are for later. */
  write(writer: ParquetWriter, indexes: PageIndexes): Generator<void>
}

/**
 * A table's row group in the making. Times and doubles, which readings are made of, are encoded from their typed arrays as they
 * come; hyparquet-writer, which makes an object of every value, encodes the rest when the row group is whole.
 */
export function rowGroup(table: Table, codec: Codec | undefined): RowGroup {
  const [root, ...elements] = schemaElements(table) as [SchemaElement, ...SchemaElement[]]
  const columns = columnsOf(table).map(([name, { type }], index) => {
    const element = elements[index] as SchemaElement
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
    const encoder: ColumnEncoder<ColumnBuffers[ColumnType]> = encoders[type](column)
    return { name, encoder }
  })
  let rowCount = 0
  return {
    rowCount: () => rowCount,
    add(batch, start, end) {
      const nulls = batch.nulls as Readonly<Record<string, Uint8Array>> | undefined
      for (const { name, encoder } of columns) {
        encoder.add(batch.columns[name] as ColumnBuffers[ColumnType], nulls?.[name], start, end)
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

/** How hyparquet-writer is told to compress. */
export function compression(codec: Codec | undefined): Pick<ChunkColumn, 'codec' | 'compressors'> {
  if (codec === undefined) return { codec: 'UNCOMPRESSED', compressors: {} }
  return { codec: codec.name, compressors: { [codec.name]: (bytes: Uint8Array) => codec.compress(bytes) } }
}

const joined = (type: ColumnType) => (column: ChunkColumn) => joinedColumn(column, type)

// Parquet's bytes are those of typed arrays in memory on little-endian machines, which all that Node.js is built for but s390x are.
const encoders: { [T in ColumnType]: (column: ChunkColumn) => ColumnEncoder<ColumnBuffers[T]> } = {
  ...{ date: joined('date'), real: joined('real'), bigint: joined('bigint'), integer: joined('integer') },
  ...{ boolean: joined('boolean'), varchar: joined('varchar') },
  ...(endianness() === 'LE'
    ? {
        timestamp: (column: ChunkColumn) => typedColumn(column, timestampValues()),
        double: (column: ChunkColumn) =>
          typedColumn(column, doubleValues({ isCompressed: column.codec !== 'UNCOMPRESSED' })),
      }
    : { timestamp: joined('timestamp'), double: joined('double') }),
}
