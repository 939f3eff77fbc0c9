import { type Batch, isDataFileKey, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import { checkIterable, checkTable } from './check-table.js'
import { encodeParquet, type EncodeOptions } from './encode-parquet.js'

/** A data file to publish: its object key, and its bytes, which are encoded as they are pulled. */
export interface DataFile {
  readonly key: string
  readonly bytes: Iterable<Uint8Array>
}

/**
 * Turns files of batches into Parquet files, one by one. Nothing is encoded before its bytes are pulled. Throws a RangeError for a
 * key under which no engine would find the table's data; `dataFileKey` makes valid keys.
 *
 * @example
 * import { type Batch, dataFileKey, dataFiles, defineTable } from '@minilake/parquet'
 *
 * const turbine = defineTable({ name: 'turbine', columns: { power: { type: 'double' } } })
 * const batch: Batch<typeof turbine> = { rowCount: 2, columns: { power: Float64Array.of(1.5, 2.5) } }
 * const key = dataFileKey(turbine, { name: '2026-01-01' })
 * for (const file of dataFiles(turbine, [{ key, batches: [batch] }])) console.log(file.key, [...file.bytes].length)
 */
export function* dataFiles<T extends Table>(
  table: T,
  files: Iterable<{ readonly key: string; readonly batches: Iterable<Batch<T>> }>,
  options: EncodeOptions = {},
): Generator<DataFile> {
  checkTable(table)
  checkIterable(`files of table ${table.name}`, files)
  for (const { key, batches } of files) {
    if (!isDataFileKey(table, key)) {
      const example = `${tablePrefix(table)}${partitionsOf(table)
        .map(([name]) => `${name}=…/`)
        .join('')}a.parquet`
      throw new RangeError(`data file of table ${table.name} expected a key such as ${example}, got ${key}`)
    }
    yield { key, bytes: encodeParquet(table, batches, options) }
  }
}
