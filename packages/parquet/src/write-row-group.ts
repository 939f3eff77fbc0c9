import { type Batch, type ColumnType, columnsOf, type Table } from '@minilake/schema'
import type { DecodedArray, Encoding, SchemaElement } from 'hyparquet'
import type { ParquetWriter } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import { type ChunkColumn, type WrittenChunk, writeTypedChunk } from './typed-chunk.js'

/**
 * Writes a batch as one row group. Times, doubles and recurring texts that cannot be null go straight from their
 * arrays, all else through hyparquet-writer's own encoders; the bytes are the same as if it wrote everything.
 */
export function writeRowGroup(writer: ParquetWriter, table: Table, batch: Batch): void {
  const start = writer.writer.offset
  const [root, ...elements] = writer.schema as [SchemaElement, ...SchemaElement[]]
  const chunks = columnsOf(table).map(([name, { type }], index) => {
    const element = elements[index] as SchemaElement
    const column: ChunkColumn = {
      columnName: name,
      element,
      schemaPath: [root, element],
      codec: 'UNCOMPRESSED',
      compressors: {},
      stats: true,
      pageSize: 1_048_576,
      columnIndex: false,
      offsetIndex: true,
    }
    const isTyped = isTypedChunk[type] && element.repetition_type === 'REQUIRED'
    const buffer = batch.columns[name] as BigInt64Array | Float64Array | string[]
    return (
      (isTyped ? writeTypedChunk(writer.writer, column, buffer) : undefined) ??
      writeAnyChunk(writer, column, type, columnData(type, name, batch))
    )
  })

  writer.pendingIndexes.push(...chunks)
  writer.num_rows += BigInt(batch.rowCount)
  writer.row_groups.push({
    columns: chunks.map(({ chunk }) => chunk),
    total_byte_size: chunks.reduce(
      (sum, { chunk }) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
      0n,
    ),
    num_rows: BigInt(batch.rowCount),
    total_compressed_size: BigInt(writer.writer.offset - start),
  })
}

/** Whether `writeTypedChunk` takes a column type. */
const isTypedChunk: Record<ColumnType, boolean> = {
  timestamp: true,
  date: false,
  double: true,
  real: false,
  bigint: false,
  integer: false,
  boolean: false,
  varchar: true,
}

function writeAnyChunk(
  { writer }: ParquetWriter,
  column: ChunkColumn,
  type: ColumnType,
  values: DecodedArray,
): WrittenChunk {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  return writeColumn({
    writer,
    column: { ...column, ...encodings[type](values) },
    pageData: {
      values,
      definitionLevels: isOptional
        ? Array.from(values as ArrayLike<unknown>, (value) => (value === null ? 0 : 1))
        : [],
      repetitionLevels: [],
      maxDefinitionLevel: isOptional ? 1 : 0,
    },
  })
}

// Readings come in order of time: their deltas are constant or nearly so. All else is left to the library, which builds a
// dictionary where that halves a column; its dictionaries take 0 and −0 for one value.
const automatic = () => ({})
const exceptNegativeZero = (values: DecodedArray) =>
  values.some((value) => Object.is(value, -0)) ? { encoding: 'PLAIN' as const } : {}
const encodings: Record<ColumnType, (values: DecodedArray) => { encoding?: Encoding }> = {
  timestamp: () => ({ encoding: 'DELTA_BINARY_PACKED' }),
  date: automatic,
  double: exceptNegativeZero,
  real: exceptNegativeZero,
  bigint: automatic,
  integer: automatic,
  boolean: automatic,
  varchar: automatic,
}

/** A column in the form hyparquet-writer takes: the typed array itself, or an array of values where there are nulls. */
function columnData(type: ColumnType, name: string, { columns, nulls }: Batch): DecodedArray {
  const buffer = columns[name] as Batch['columns'][string]
  const values: DecodedArray =
    type === 'boolean' ? Array.from(buffer as Uint8Array, (value) => value !== 0) : buffer
  const mask = (nulls as Readonly<Record<string, Uint8Array>> | undefined)?.[name]
  if (mask === undefined) return values
  return Array.from(values as ArrayLike<unknown>, (value, row) => (mask[row] === 1 ? null : value))
}
