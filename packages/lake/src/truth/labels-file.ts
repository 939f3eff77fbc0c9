import { labelsOf, type Truth } from '@minilake/generator'
import { encodeParquet } from '@minilake/parquet'
import { type Batch, batchesOf } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'

/** A file of labels: its key, and its bytes, which depend on the truth only. */
export interface LabelsFile {
  key: string
  bytes: Uint8Array[]
}

/** The Parquet file with the labels of one simulated data file. Without any label it has no rows. */
export async function labelsFile(
  truth: Pick<Truth, 'parameters' | 'faults' | 'alarms'>,
): Promise<LabelsFile> {
  const { table, key, rows } = labelsOf(truth)
  const batches: Batch[] = []
  for await (const batch of batchesOf(table, rows)) batches.push(batch)
  return { key, bytes: [...encodeParquet(table, batches, await dataFileEncoding())] }
}
