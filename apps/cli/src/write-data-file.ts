import { type FileParameters, simulateFile, simulatedTables, truthKey } from '@minilake/generator'
import { folderStore, type PublishableObject, type PublishedObject, publishObject } from '@minilake/ingest'
import { encodeParquet } from '@minilake/parquet'
import type { Table } from '@minilake/schema'
import { truthFileBytes } from './truth-file.js'

/** One data file to be written, as plain data: a worker thread is handed it. */
export interface DataFileJob {
  parameters: FileParameters
  /** The folder it is written to. */
  out: string
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
  { parameters, out, overwrite }: DataFileJob,
  signal: AbortSignal,
): Promise<WrittenDataFile> {
  const store = folderStore({ folder: out })
  const write = async (object: PublishableObject) =>
    publishObject(object, store, overwrite ? await store.find(object.key) : undefined, { overwrite, signal })

  const file = simulateFile(parameters)
  const table: Table = simulatedTables[parameters.table]
  try {
    const data = await write({ key: file.key, bytes: encodeParquet(table, file.batches) })
    if (data.outcome === 'conflict' || data.outcome === 'failed') return { ...data, rows: 0 }

    const truth = file.truth()
    const identity = { size: data.size, etag: data.etag as string } // a stream's is known once it has been taken
    const written = await write({ key: truthKey(file.key), bytes: [truthFileBytes(truth, identity)] })
    const outcome = written.outcome === 'conflict' || written.outcome === 'failed' ? written : data
    return { ...outcome, rows: truth.rows }
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { key: file.key, outcome: 'failed', size: 0, rows: 0, reason, error }
  }
}
