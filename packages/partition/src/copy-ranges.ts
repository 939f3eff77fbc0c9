import type { Batch, Table } from '@minilake/schema'
import { fillBatch, type Units } from './fill-batch.js'

/** A range of rows in one of several batches. */
export interface RowRange {
  /** Index of the batch. */
  readonly source: number
  readonly start: number
  /** The row after the last. */
  readonly end: number
}

/** Copies ranges of rows, one after another, to a new batch. */
export function copyRanges(table: Table, sources: readonly Batch[], ranges: readonly RowRange[]): Batch {
  const rowCount = ranges.reduce((rows, { start, end }) => rows + end - start, 0)
  return fillBatch(table, rowCount, sources, (target, units, unitsPerRow) => {
    if (Array.isArray(target)) copyTexts(target, units as readonly string[][], ranges)
    else copyUnits(target, units as readonly Exclude<Units, string[]>[], unitsPerRow, ranges)
  })
}

function copyTexts(target: string[], sources: readonly string[][], ranges: readonly RowRange[]): void {
  let at = 0
  for (const { source, start, end } of ranges) {
    const texts = unitsOf(sources, source)
    for (let row = start; row < end; row++) target[at++] = texts[row] ?? ''
  }
}

// Ranges of at least this many units are faster to copy with `set`.
const longRange = 32

function copyUnits<U extends Exclude<Units, string[]>>(
  target: U,
  sources: readonly U[],
  unitsPerRow: number,
  ranges: readonly RowRange[],
): void {
  let at = 0
  for (const { source, start, end } of ranges) {
    const units = unitsOf(sources, source)
    const last = end * unitsPerRow
    let unit = start * unitsPerRow
    if (last - unit >= longRange) {
      target.set(units.subarray(unit, last), at)
      at += last - unit
    } else while (unit < last) target[at++] = units[unit++] as number
  }
}

function unitsOf<U>(sources: readonly U[], source: number): U {
  const units = sources[source]
  if (units === undefined)
    throw new RangeError(`range expected one of ${sources.length} batches, got ${source}`)
  return units
}
