import type { Batch, Table } from '@minilake/schema'
import { firstWhere } from './galloping-search.js'
import { compareRows, type SortKeys, sortKeys } from './sort-keys.js'

/** The rows of several runs in order, some at a time. */
export interface MergedRows {
  /** The partition days of the next row, outermost first, as `SortKeys` counts them; undefined when there is none. */
  nextDays(): readonly number[] | undefined
  /** Takes the next rows of these days, one or more, `maxRows` at most; undefined when no more are on them. */
  take(days: readonly number[], maxRows: number): BlockRows | undefined
}

/** Some rows of a block. */
export interface BlockRows {
  readonly block: Batch
  readonly start: number
  /** The row after the last. */
  readonly end: number
}

/** A run's next row. */
interface Cursor {
  readonly run: number
  readonly laterBlocks: Iterator<Batch>
  block: Batch
  keys: SortKeys
  row: number
}

/** Merges sorted runs, each in blocks that are not empty. Of equal rows those of the run given first come first. */
export function mergeRuns(table: Table, runs: readonly Iterable<Batch>[]): MergedRows {
  // In order of their rows, so that the first cursor is at the next row of all.
  const cursors = runs
    .flatMap((blocks, run) => openCursor(table, blocks, run))
    .sort((cursor, other) => compareCursors(cursor, cursor.row, other))
  return {
    nextDays() {
      const cursor = cursors[0]
      return cursor?.keys.days.map((days) => days[cursor.row] as number)
    },
    take(days, maxRows) {
      const cursor = cursors[0]
      if (!cursor || !isOn(days, cursor, cursor.row)) return undefined
      const next = cursors[1]
      const { block, row: start } = cursor
      const end = firstWhere(
        start + 1,
        Math.min(start + maxRows, block.rowCount),
        (row) => !isOn(days, cursor, row) || (next !== undefined && compareCursors(cursor, row, next) > 0),
      )
      cursor.row = end
      if (end < block.rowCount || openNextBlock(table, cursor)) moveFirst(cursors)
      else cursors.shift()
      return { block, start, end }
    },
  }
}

function openCursor(table: Table, blocks: Iterable<Batch>, run: number): Cursor[] {
  const laterBlocks = blocks[Symbol.iterator]()
  const first = laterBlocks.next()
  if (first.done) return []
  return [{ run, laterBlocks, block: first.value, keys: sortKeys(table, first.value), row: 0 }]
}

function openNextBlock(table: Table, cursor: Cursor): boolean {
  const next = cursor.laterBlocks.next()
  if (next.done) return false
  cursor.block = next.value
  cursor.keys = sortKeys(table, next.value)
  cursor.row = 0
  return true
}

/** Compares a row of a cursor's block with the row another cursor is at. */
function compareCursors(cursor: Cursor, row: number, other: Cursor): number {
  return compareRows(cursor.keys, row, other.keys, other.row) || cursor.run - other.run
}

function isOn(days: readonly number[], { keys }: Cursor, row: number): boolean {
  for (let level = 0; level < days.length; level++) {
    if (keys.days[level]?.[row] !== days[level]) return false
  }
  return true
}

/** Moves the first cursor to its place among the others, which are in order. */
function moveFirst(cursors: Cursor[]): void {
  const cursor = cursors[0] as Cursor
  const place = firstWhere(
    1,
    cursors.length,
    (index) => compareCursors(cursor, cursor.row, cursors[index] as Cursor) < 0,
  )
  for (let index = 1; index < place; index++) cursors[index - 1] = cursors[index] as Cursor
  cursors[place - 1] = cursor
}
