import { rowsIdentity } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import type { Batch, Table } from '@minilake/schema'
import { type FilePrefix, type FileStage, stageFile } from './stage-file.js'

/** More partitions than this are a sign of misread times: ten years of days. */
export const defaultMaxPartitions = 3660

/** How many digits of the identity of its rows an import's ID has. */
const idDigits = 16

/**
 * Sorts rows into partitions and stages one data file for each. Memory is bounded; what does not fit is spilled to a temporary file.
 * Resolves with the staged files, and with the ID of the import, which comes from its rows in the order of their arrival: the same rows
 * imported again have the same ID.
 */
export async function stagePartitions<T extends Table, Staged>(
  table: T,
  batches: AsyncIterable<Batch<T>>,
  stage: FileStage<Staged>,
  { prefix, maxPartitions }: { prefix: FilePrefix; maxPartitions: number },
): Promise<{ importId: string; files: Staged[] }> {
  const identity = rowsIdentity(table)
  const identified = async function* () {
    for await (const batch of batches) {
      yield batch
      identity.add(batch) // it has been checked now
    }
  }
  let importId: string | undefined
  const idOf = () => (importId ??= identity.finish().slice(0, idDigits))
  const files: Staged[] = []
  // The first partition comes when all rows have been read.
  for await (const sorted of partitionBatches(table, identified(), { maxPartitions }))
    files.push(await stageFile(table, sorted, stage, { prefix, imports: [idOf()] }))
  return { importId: idOf(), files }
}
