import type { Batch, Table } from '@minilake/schema'
import { fillBatch, type Units } from './fill-batch.js'

/** Some rows of one of several batches. */
export interface RowRange {
  /** Which of the batches. */
  readonly source: number
  readonly start: number
  /** The row after the last. */
  readonly end: number
}

/** Ranges of rows, one after the other, as a batch of its own. */
export function copyRanges(table: Table, sources: readonly Batch[], ranges: readonly RowRange[]): Batch {
  const rowCount = ranges.reduce((rows, { start, end }) => rows + end - start, 0)
  return fillBatch(table, rowCount, sources, (target, units, unitsPerRow) =>
    copyUnits(target, units, unitsPerRow, ranges),
  )
}

// From here on it pays to copy a range as a whole.
const longRange = 32

function copyUnits<U extends Units>(
  target: U,
  sources: readonly U[],
  unitsPerRow: number,
  ranges: readonly RowRange[],
): void {
  let at = 0
  for (const { source, start, end } of ranges) {
    const units = sources[source] as U
    const last = end * unitsPerRow
    let unit = start * unitsPerRow
    if (last - unit >= longRange && !Array.isArray(target)) {
      target.set((units as Int32Array).subarray(unit, last), at)
      at += last - unit
    } else while (unit < last) target[at++] = units[unit++] as U[number]
  }
}
