import { join } from 'node:path'
import type { StoredObject } from '@minilake/ingest'
import { BadRowsError, badRowText, openReadings, type ReadingFile } from '@minilake/import'
import type { Batch, Table } from '@minilake/schema'
import { readableFooter } from '../files/lake-file.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'

/** How to read stored rows. */
export interface StoredRowsOptions {
  /** What the DuckDB that reads them may use. A bucket's files are copied to its `tempFolder` first. */
  duckDb: DuckDbLimits
  /** Table columns by column of the files, for files of another shape. Default: the names are the same. */
  map?: Readonly<Record<string, string>>
  /** Leave out columns of the files that the table lacks. Default false: they are an error. */
  ignoreExtra?: boolean
  signal: AbortSignal
}

/**
 * The rows of data files, file by file, in their order, exactly as they are: a column that a file lacks has no values. Memory is bounded.
 * Throws an Error that names the file for one that cannot be read, that has a column which the table lacks, or a value that the table cannot hold.
 */
export async function* storedRows<T extends Table>(
  table: T,
  files: readonly StoredObject[],
  store: LakeStore,
  { duckDb, map, ignoreExtra = false, signal }: StoredRowsOptions,
): AsyncGenerator<Batch<T>> {
  const sources: ReadingFile[] = []
  const look = async (file: StoredObject) => ({ file, footer: await readableFooter(file, store) })
  for await (const { file, footer } of mappedInOrder(files, look)) {
    if (footer instanceof Error)
      throw new Error(`${store.location}/${file.key} cannot be read: ${footer.message}`, { cause: footer })
    if (footer.rowCount > 0) sources.push(sourceOf(file, store))
  }
  if (sources.length === 0) return
  const readings = await openReadings(table, sources, {
    ...duckDb,
    ...(map && { map }),
    ignoreExtra,
    exactNumbers: true,
    format: 'parquet',
    // Ours have times in UTC that do not say so.
    zone: 'UTC',
    years: [1, 9999],
    keepMicros: true,
    strictTime: true,
    signal,
  })
  try {
    yield* readings.batches()
  } catch (error) {
    if (!(error instanceof BadRowsError) || error.rows[0] === undefined) throw error
    throw new Error(badRowText(error.rows[0]), { cause: error })
  } finally {
    await readings.close()
  }
}

/** A folder's file is read in place. */
function sourceOf({ key }: StoredObject, store: LakeStore): ReadingFile {
  if (store.stage !== undefined) return join(store.location, key)
  const bytes = async function* () {
    yield* await store.open(key)
  }
  return { name: `${store.location}/${key}`, bytes: bytes() }
}
