import { type FileParameters, simulateFile, simulatedTables, truthKey } from '@minilake/generator'
import {
  isInStore,
  type ObjectStore,
  type PublishableObject,
  type PublishedObject,
  publishObject,
} from '@minilake/ingest'
import { encodeParquet } from '@minilake/parquet'
import type { Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import { truthFileBytes } from '../truth/truth-file.js'

/** One data file to be written, as plain data: a worker thread is handed it. */
export interface DataFileJob {
  parameters: FileParameters
  /** Replace a file of other content. */
  overwrite: boolean
}

/** What became of a data file; its truth's own trouble, if any, counts as the file's. */
export interface WrittenDataFile extends PublishedObject {
  /** Rows; 0 where it failed. */
  rows: number
}

/**
 * Simulates, encodes and writes one data file and, once that holds what it should, the truth about it. Rejects only with the
 * signal's reason.
 */
export async function writeDataFile(
  { parameters, overwrite }: DataFileJob,
  { store, signal }: { store: ObjectStore; signal: AbortSignal },
): Promise<WrittenDataFile> {
  const write = async (object: PublishableObject) =>
    publishObject(object, store, await store.find(object.key), { overwrite, signal })

  const file = simulateFile(parameters, { reuseBuffers: true })
  const table: Table = simulatedTables[parameters.table]
  try {
    const data = await write({
      key: file.key,
      bytes: encodeParquet(table, file.batches, await dataFileEncoding()),
    })
    if (!isInStore(data)) return { ...data, rows: 0 }

    const truth = file.truth()
    const identity = { size: data.size, etag: data.etag as string } // a stream's is known once it has been taken
    const written = await write({ key: truthKey(file.key), bytes: [truthFileBytes(truth, identity)] })
    return { ...(isInStore(written) ? data : written), rows: truth.rows }
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { key: file.key, outcome: 'failed', size: 0, rows: 0, reason, error }
  }
}
