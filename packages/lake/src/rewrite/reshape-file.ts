import { partitionBatches, type PartitionedBatches } from '@minilake/partition'
import { dataFileKey, type Table } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import type { LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { storedRows } from '../replace/stored-rows.js'
import type { OldFile } from './old-file.js'

/** Where an older file is read, and what reading it may use. */
export interface ReshapeOptions {
  store: LakeStore
  duckDb: DuckDbLimits
  signal: AbortSignal
}

/**
 * Runs `work` with the rows of an older file as the definition has them, sorted. Memory is bounded. Resolves with undefined for a file
 * without rows. Throws an Error for rows that do not fit (its cause is a BadRowsError), and for rows of another partition than the file's.
 */
export async function reshapeFile<R>(
  table: Table,
  { file, map }: Pick<OldFile, 'file' | 'map'>,
  { store, duckDb, signal }: ReshapeOptions,
  work: (rows: PartitionedBatches<Table>) => Promise<R>,
): Promise<R | undefined> {
  const rows = storedRows(table, [file], store, { duckDb, map, ignoreExtra: true, signal })
  const { tempFolder: spillFolder } = duckDb
  let result: R | undefined
  for await (const sorted of partitionBatches(table, rows, {
    ...(spillFolder !== undefined && { spillFolder }),
  })) {
    const folder = folderOf(dataFileKey(table, { name: 'any', partition: sorted.partition }))
    if (folder !== folderOf(file.key))
      throw new Error(
        `nothing was rewritten: ${store.location}/${file.key} has rows of ${folder}, and rewriting leaves every row in its partition: give the new shape another table name and import the data into it`,
      )
    result = await work(sorted)
  }
  return result
}
