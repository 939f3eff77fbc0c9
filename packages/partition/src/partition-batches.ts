import { tmpdir } from 'node:os'
import { type Batch, checkBatch, describeValue, type Table } from '@minilake/schema'
import { batchBytes } from './batch-bytes.js'
import { mergeRuns } from './merge-runs.js'
import { partitionLimit } from './partition-limit.js'
import { type PartitionedBatches, partitionRows } from './partition-rows.js'
import { sortRun } from './sort-run.js'
import { spillFile } from './spill-file.js'

/** How much is sorted in memory, and where the rest is kept. */
export interface PartitionOptions {
  /** Bytes of column data to hold before they are sorted and written to the temporary file. Default 32 MiB. */
  memoryBytes?: number
  /** Maximum number of partitions. More, as misread times give, are a RangeError before the first partition. Default: no limit. */
  maxPartitions?: number
  /** Folder of the temporary file, which is created only when the rows do not fit in memory. Default `os.tmpdir()`. */
  spillFolder?: string
}

// A merge holds one block of every run: that many runs fit in memoryBytes.
const blocksInMemory = 128

/**
 * Sorts the rows of batches into partitions: partitions in ascending order, rows in the order of `sortedBy`, ties in order of arrival.
 * Texts are ordered by their UTF-8 bytes, false before true, NaN after all numbers, nulls last. The same rows in the same order give
 * the same batches, however they are cut and however many fit in memory.
 *
 * Throws a RangeError for a row whose partition time is null or outside the years 0001 to 9999, and for too many partitions; a
 * TypeError or RangeError for a batch that does not fit the table; and an Error that names the temporary file when that fails.
 *
 * @example
 * import { partitionBatches } from '@minilake/partition'
 * import { type Batch, defineTable } from '@minilake/schema'
 *
 * const turbine = defineTable({
 *   name: 'turbine',
 *   columns: { event_timestamp: { type: 'timestamp' } },
 *   partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
 *   sortedBy: ['event_timestamp'],
 * })
 * const batch: Batch<typeof turbine> = { rowCount: 2, columns: { event_timestamp: BigInt64Array.of(86_400_000_000n, 0n) } }
 * for await (const { partition, batches } of partitionBatches(turbine, [batch])) {
 *   for (const { rowCount } of batches) console.log(partition.event_date, rowCount)
 * }
 */
export async function* partitionBatches<T extends Table>(
  table: T,
  batches: Iterable<Batch<T>> | AsyncIterable<Batch<T>>,
  { memoryBytes = 32 * 1024 * 1024, maxPartitions = Infinity, spillFolder = tmpdir() }: PartitionOptions = {},
): AsyncGenerator<PartitionedBatches<T>> {
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 1) {
    throw new RangeError(`memoryBytes expected a whole number of at least 1, got ${memoryBytes}`)
  }
  if (!isIterable(batches)) {
    throw new TypeError(
      `batches of table ${table.name} expected an iterable or async iterable of batches, got ${describeValue(batches)}`,
    )
  }
  const limit = partitionLimit(table, maxPartitions)
  const blockBytes = memoryBytes / blocksInMemory
  const file = spillFile(spillFolder)
  const runs: Iterable<Batch>[] = []
  let held: Batch[] = []
  let heldBytes = 0
  try {
    for await (const batch of batches as Iterable<Batch> | AsyncIterable<Batch>) {
      checkBatch(table, batch)
      const bytes = batchBytes(batch)
      if (heldBytes > 0 && heldBytes + bytes > memoryBytes) {
        runs.push(file.write(sortRun(table, held, blockBytes, limit)))
        held = []
        heldBytes = 0
      }
      held.push(batch)
      heldBytes += bytes
    }
    runs.push(sortRun(table, held, blockBytes, limit))
    held = []
    limit.check()
    yield* partitionRows(table, mergeRuns(table, runs)) as Iterable<PartitionedBatches<T>>
  } finally {
    file.close()
  }
}

function isIterable(batches: unknown): boolean {
  return (
    typeof batches === 'object' &&
    batches !== null &&
    (Symbol.asyncIterator in batches || Symbol.iterator in batches)
  )
}
