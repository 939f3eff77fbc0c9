import type { Batch, Table } from '@minilake/schema'
import { batchBytes } from './batch-bytes.js'
import { copyRanges, type RowRange } from './copy-ranges.js'
import type { PartitionLimit } from './partition-limit.js'
import { pickRows } from './pick-rows.js'
import { isInOrder, rowOrder } from './row-order.js'
import { compareRows, type SortKeys, sortKeys } from './sort-keys.js'

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
  const rowCount = batches.reduce((rows, batch) => rows + batch.rowCount, 0)
  const bytes = batches.reduce((sum, batch) => sum + batchBytes(batch), 0)
  const blockRows = Math.max(1, Math.floor((rowCount * blockBytes) / bytes))
  if (areInOrder(table, batches, limit)) return blocksInOrder(table, batches, { rowCount, blockRows })
  const joined = copyRanges(table, batches, rangesOf(batches, 0, rowCount))
  const keys = sortKeys(table, joined)
  limit.add(keys.days)
  const order = rowOrder(keys)
  if (order === undefined) return blocksInOrder(table, [joined], { rowCount, blockRows })
  return sortedBlocks(table, joined, order, blockRows)
}

/** Whether the rows of batches, one after another, are in order. Counts their partitions if they are. */
function areInOrder(table: Table, batches: readonly Batch[], limit: PartitionLimit): boolean {
  let last: SortKeys | undefined
  for (const batch of batches) {
    if (batch.rowCount === 0) continue
    const keys = sortKeys(table, batch)
    if (!isInOrder(keys) || (last && compareRows(last, last.rowCount - 1, keys, 0) > 0)) return false
    limit.add(keys.days)
    last = keys
  }
  return true
}

/** The rows from `start` to before `end` of batches, counted through all of them. */
function rangesOf(batches: readonly Batch[], start: number, end: number): RowRange[] {
  let first = 0 // of the batch
  return batches.flatMap(({ rowCount }, source) => {
    const range = { source, start: Math.max(0, start - first), end: Math.min(rowCount, end - first) }
    first += rowCount
    return range.start < range.end ? [range] : []
  })
}

function* blocksInOrder(
  table: Table,
  batches: readonly Batch[],
  { rowCount, blockRows }: { rowCount: number; blockRows: number },
): Generator<Batch> {
  for (const [start, end] of blockRanges(rowCount, blockRows))
    yield copyRanges(table, batches, rangesOf(batches, start, end))
}

function* sortedBlocks(table: Table, batch: Batch, order: Uint32Array, blockRows: number): Generator<Batch> {
  for (const [start, end] of blockRanges(batch.rowCount, blockRows))
    yield pickRows(table, batch, order.subarray(start, end))
}

function* blockRanges(rowCount: number, blockRows: number): Generator<[start: number, end: number]> {
  for (let start = 0, end = 1; start < rowCount; start = end, end += blockRows) {
    end = Math.min(end, rowCount)
    yield [start, end]
  }
}
