import { type EncodedChunks, encodeParquet } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import { type Batch, dataFileKey, type Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import type { StagedFiles } from './staged-files.js'

/** More partitions than this are a sign of misread times: ten years of days. */
export const defaultMaxPartitions = 3660

/** How many digits of the identity of its rows a file's name has: enough for any number of files. */
const nameDigits = 32

/**
 * Sorts rows into partitions and stages one data file for each, named by its rows, so that the same rows always give the same files,
 * whatever version of the encoder writes them. Memory is bounded; what does not fit is spilled to a temporary file. Resolves with the keys.
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
    const file = withIdentity(encodeParquet(table, sorted, encoding))
    const keyOf = () =>
      dataFileKey(table, { name: `${prefix}-${file.rowsSha256().slice(0, nameDigits)}`, partition })
    keys.push(await staged.add(file.chunks, keyOf, file.rowsSha256))
  }
  return keys
}

/** The chunks of a file, and the identity of its rows, which is known once all chunks have been pulled. */
function withIdentity(encoded: EncodedChunks): { chunks: EncodedChunks; rowsSha256: () => string } {
  let rowsSha256: string | undefined
  const chunks = (function* (): EncodedChunks {
    const file = yield* encoded
    rowsSha256 = file?.rowsSha256
    return file
  })()
  return {
    chunks,
    rowsSha256: () => {
      if (rowsSha256 === undefined) throw new Error('expected the whole file to be encoded')
      return rowsSha256
    },
  }
}
