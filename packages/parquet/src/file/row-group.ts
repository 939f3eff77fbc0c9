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
import { type ColumnChecks, columnChecks, noChecks } from '../checks/column-checks.js'
import { maxDictionaryBytes } from '../encodings/dictionary-limits.js'
import { doubleValues } from '../encodings/double-values.js'
import { timestampValues } from '../encodings/timestamp-values.js'
import {
  bufferedBooleans,
  bufferedColumn,
  bufferedNumbers,
  bufferedTexts,
  type BufferedType,
} from './buffered-column.js'
import type { ChunkColumn } from './chunk-column.js'
import { writtenStatistics } from './chunk-statistics.js'
import type { Codec } from './codec.js'
import type { ColumnEncoder } from './column-encoder.js'
import type { FooterContent } from './footer.js'
import { checkPageBytes } from './page-bytes.js'
import type { PageIndexes } from './page-indexes.js'
import { columnElement, schemaElements } from './schema-elements.js'
import { typedColumn } from './typed-column.js'

/** Gathers rows until they make a row group, and writes it. It is then empty and ready for the next one. */
export interface RowGroup {
  /** The checks of all columns, over all row groups; undefined where none are wanted. */
  readonly checks: readonly ColumnChecks[] | undefined
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
export function rowGroup(
  table: Table,
  { codec, checks: isChecked }: { codec: Codec | undefined; checks: boolean },
): RowGroup {
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
    const checks = isChecked ? columnChecks(name, definition.type) : noChecks
    const encoder: ColumnEncoder<ColumnBuffers[ColumnType]> = encoders[definition.type](column, checks)
    return { name, checks, encoder }
  })
  let rowCount = 0
  return {
    checks: isChecked ? columns.map(({ checks }) => checks) : undefined,
    rowCount: () => rowCount,
    add(batch, start, end) {
      for (const { name, checks, encoder } of columns) {
        const nulls = nullMask(batch, name)
        checks.addRows(nulls, start, end)
        encoder.add(columnValues(batch, name), nulls, start, end)
      }
      rowCount += end - start
    },
    *write(writer, footer, indexes) {
      const start = writer.offset
      const chunks = []
      for (const { checks, encoder } of columns) {
        const written = encoder.write(writer)
        checks.addChunk(writtenStatistics(written.chunk))
        chunks.push(written)
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

type NewEncoders = {
  readonly [T in ColumnType]: (column: ChunkColumn, checks: ColumnChecks) => ColumnEncoder<ColumnBuffers[T]>
}

const buffered: NewEncoders = {
  timestamp: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.timestamp)),
  date: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.date)),
  double: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.double)),
  real: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.real)),
  bigint: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.bigint)),
  integer: (column, checks) => digested(checks, column, bufferedNumbers(columnBuffer.integer)),
  boolean: (column, checks) => digested(checks, column, bufferedBooleans),
  varchar: (column, checks) => digested(checks, column, bufferedTexts),
}

/** A buffered column that adds its values to the digest, too. */
function digested<Buffer extends ColumnBuffers[ColumnType]>(
  checks: ColumnChecks,
  column: ChunkColumn,
  type: BufferedType<Buffer>,
): ColumnEncoder<Buffer> {
  const encoder = bufferedColumn(column, type)
  return {
    ...encoder,
    add(values, nulls, start, end) {
      checks.addValues(values, nulls, start, end)
      encoder.add(values, nulls, start, end)
    },
  }
}

// Parquet's values are little-endian, and so are typed arrays on every platform of Node.js but s390x.
const encoders: NewEncoders =
  endianness() === 'LE'
    ? {
        ...buffered,
        timestamp: (column, checks) =>
          typedColumn(column, timestampValues({ onPage: (bytes) => checks.addBytes(bytes) })),
        double: (column, checks) =>
          typedColumn(
            column,
            doubleValues({
              isCompressed: column.codec !== 'UNCOMPRESSED',
              onPage: (bytes) => checks.addBytes(bytes),
            }),
          ),
      }
    : buffered
