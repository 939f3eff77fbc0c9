import type { Batch, Table } from '@minilake/schema'
import { batchBytes } from './batch-bytes.js'
import { copyRanges } from './copy-ranges.js'
import type { PartitionLimit } from './partition-limit.js'
import { pickRows } from './pick-rows.js'
import { rowOrder } from './row-order.js'
import { sortKeys } from './sort-keys.js'

/**
 * Sorts the rows of some batches, ties in order of arrival, into blocks of about `blockBytes`, and counts their partitions in `limit`.
 * The first block is a single row: that is all that a run holds in memory until the merge gets to it.
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
