import { encodeParquet } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import { type Batch, dataFileKey, type Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import type { StagedFiles } from './staged-files.js'

/** More partitions than this are a sign of misread times: ten years of days. */
export const defaultMaxPartitions = 3660

/**
 * Sorts rows into partitions and stages one data file for each, named by its content, so that the same rows always give the same
 * files. Memory is bounded; what does not fit is spilled to a temporary file. Resolves with the keys.
 */
export async function stagePartitions<T extends Table>(
  table: T,
  batches: AsyncIterable<Batch<T>>,
  staged: StagedFiles,
  { prefix, maxPartitions }: { prefix: 'import' | 'write'; maxPartitions: number },
): Promise<string[]> {
  const encoding = await dataFileEncoding()
  const keys: string[] = []
  for await (const { partition, batches: sorted } of partitionBatches(table, batches, { maxPartitions })) {
    const bytes = encodeParquet(table, sorted, encoding)
    keys.push(
      await staged.add(bytes, ({ etag }) => dataFileKey(table, { name: `${prefix}-${etag}`, partition })),
    )
  }
  return keys
}
