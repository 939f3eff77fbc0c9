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
import { labelsFile } from '../truth/labels-file.js'
import { truthFileBytes } from '../truth/truth-file.js'

/** A data file to write, as plain data that can be sent to a worker thread. */
export interface DataFileJob {
  parameters: FileParameters
  /** Replace a file that has other content. */
  overwrite: boolean
  /** Write its labels, too, as a file of their own table. */
  labels: boolean
}

/** What the main thread sends to a worker: a job, or the request to drop the current one. */
export type WorkerRequest = DataFileJob | 'abort'

/** What became of a data file; a problem with its truth or its labels counts as the file's. */
export interface WrittenDataFile extends PublishedObject {
  /** Rows; 0 after a failure. */
  rows: number
}

/**
 * Simulates, encodes and writes one data file, then, when the file is in place, its truth and its labels. Rejects only with the signal's
 * reason.
 */
export async function writeDataFile(
  { parameters, overwrite, labels }: DataFileJob,
  { store, signal }: { store: ObjectStore; signal: AbortSignal },
): Promise<WrittenDataFile> {
  const write = async (object: PublishableObject) =>
    publishObject(object, store, await store.find(object.key), { overwrite, signal })

  const file = simulateFile(parameters, { reuseBuffers: true })
  const table: Table = simulatedTables[parameters.table]
  try {
    const data = await write({
      key: file.key,
      // Its truth says more than checks in the file would, for less time.
      bytes: encodeParquet(table, file.batches, { ...(await dataFileEncoding()), checks: false }),
    })
    if (!isInStore(data)) return { ...data, rows: 0 }

    const truth = file.truth()
    const identity = { size: data.size, etag: data.etag as string } // known once the stream has been read
    const companions = [{ key: truthKey(file.key), bytes: [truthFileBytes(truth, identity)] }]
    if (labels) companions.push(await labelsFile(truth))
    for (const companion of companions) {
      const written = await write(companion)
      if (!isInStore(written)) return { ...written, rows: truth.rows }
    }
    return { ...data, rows: truth.rows }
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { key: file.key, outcome: 'failed', size: 0, rows: 0, reason, error }
  }
}
