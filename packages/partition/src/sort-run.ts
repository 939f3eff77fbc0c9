import type { Batch, Table } from '@minilake/schema'
import { batchBytes } from './batch-bytes.js'
import { copyRanges } from './copy-ranges.js'
import type { PartitionLimit } from './partition-limit.js'
import { pickRows } from './pick-rows.js'
import { rowOrder } from './row-order.js'
import { sortKeys } from './sort-keys.js'

/**
 * The rows of some batches in order, ties as they come, their partitions counted, in blocks of about `blockBytes`. The
 * first block is one row: a run whose turn has not come takes no more memory than that in a merge.
 */
export function sortRun(
  table: Table,
  batches: readonly Batch[],
  blockBytes: number,
  limit: PartitionLimit,
): Iterable<Batch> {
  const joined = copyRanges(
    table,
    batches,
    batches.map(({ rowCount }, source) => ({ source, start: 0, end: rowCount })),
  )
  const keys = sortKeys(table, joined)
  limit.add(keys.days)
  const order = rowOrder(keys)
  const blockRows = Math.max(1, Math.floor((joined.rowCount * blockBytes) / batchBytes(joined)))
  return blocks(table, joined, order, blockRows)
}

function* blocks(
  table: Table,
  batch: Batch,
  order: Uint32Array | undefined,
  blockRows: number,
): Generator<Batch> {
  for (let start = 0, end = 1; start < batch.rowCount; start = end, end += blockRows) {
    end = Math.min(end, batch.rowCount)
    yield order
      ? pickRows(table, batch, order.subarray(start, end))
      : copyRanges(table, [batch], [{ source: 0, start, end }])
  }
}
