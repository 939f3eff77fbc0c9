import { columnsOf, type Batch, type ColumnType, type Table } from '@minilake/schema'
import type { DecodedArray, Encoding, KeyValue } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { withoutNanBounds, writtenStatistics } from '../src/file/chunk-statistics.js'
import { createdBy } from '../src/index.js'
import { schemaElements } from '../src/file/schema-elements.js'

/** Page sizes in bytes that make hyparquet-writer end a page after 20,000 rows; it counts 4 bytes per index. */
const pageBytes = { indexes: 80_001, values: 160_001 }

/**
 * A batch as a file of one row group, written by hyparquet-writer alone, to compare our own encoders with. The encodings are
 * arguments, because we choose them by rules of our own, and so are the key-value entries. As in our files, columns with a NaN have no
 * bounds.
 */
export function writtenByLibrary(
  table: Table,
  { columns, nulls }: Batch,
  encodings: Readonly<Record<string, Encoding>>,
  kvMetadata: KeyValue[],
): Uint8Array {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: schemaElements(table),
    codec: 'UNCOMPRESSED',
    createdBy,
    kvMetadata,
  })
  // hyparquet-writer writes all columns with one page size.
  const pageSizes = new Set(
    Object.values(encodings).map(
      (encoding) => pageBytes[encoding === 'RLE_DICTIONARY' ? 'indexes' : 'values'],
    ),
  )
  if (pageSizes.size !== 1) throw new Error('expected columns of one page size')
  void parquet.write({
    columnData: columnsOf(table).map(([name, { type }]) => ({
      name,
      data: dataOf(
        type,
        columns[name] as DecodedArray,
        (nulls as Record<string, Uint8Array> | undefined)?.[name],
      ),
      encoding: encodings[name] as Encoding,
      columnIndex: true,
    })),
    rowGroupSize: Math.max(1, columns[columnsOf(table)[0]![0]]!.length),
    pageSize: [...pageSizes][0] as number,
  })
  for (const index of parquet.pendingIndexes)
    if (writtenStatistics(index.chunk).nan_count) delete index.columnIndex
  const groups = withoutNanBounds(parquet.row_groups)
  // The library sets the offsets of page indexes in these objects.
  parquet.row_groups = groups
  for (const [index, pending] of parquet.pendingIndexes.entries()) pending.chunk = groups[0]!.columns[index]!
  void parquet.finish()
  return new Uint8Array(writer.getBytes())
}

function dataOf(type: ColumnType, values: DecodedArray, nulls: Uint8Array | undefined): DecodedArray {
  return nulls
    ? Array.from(values as ArrayLike<unknown>, (value, row) => (nulls[row] === 1 ? null : value))
    : values
}
