import type { Batch, Table } from '@minilake/schema'
import { gallopingSearch } from './galloping-search.js'
import { compareRows, daysAt, type SortKeys, sortKeys } from './sort-keys.js'

/** The rows of several runs in order, pulled in pieces. */
export interface MergedRows {
  /** The partition days of the next row, outermost first, counted as in `SortKeys`; undefined after the last row. */
  nextDays(): readonly number[] | undefined
  /** Takes one or more of the next rows of these days, at most `maxRows`; undefined when no more rows have them. */
  take(days: readonly number[], maxRows: number): BlockRows | undefined
}

/** A range of rows in a block. */
export interface BlockRows {
  readonly block: Batch
  readonly start: number
  /** The row after the last. */
  readonly end: number
}

/** The next row of a run. */
interface Cursor {
  readonly run: number
  readonly laterBlocks: Iterator<Batch>
  block: Batch
  keys: SortKeys
  row: number
}

/** Merges sorted runs of non-empty blocks. Rows that compare equal keep the order of their runs. */
export function mergeRuns(table: Table, runs: readonly Iterable<Batch>[]): MergedRows {
  // Sorted by their rows: the first cursor is at the next row.
  const cursors = runs
    .flatMap((blocks, run) => openCursor(table, blocks, run))
    .sort((cursor, other) => compareCursors(cursor, cursor.row, other))
  return {
    nextDays() {
      const cursor = cursors[0]
      return cursor && daysAt(cursor.keys.days, cursor.row)
    },
    take(days, maxRows) {
      const cursor = cursors[0]
      if (!cursor || !isOn(days, cursor, cursor.row)) return undefined
      const next = cursors[1]
      const { block, row: start } = cursor
      const end = gallopingSearch(
        start + 1,
        Math.min(start + maxRows, block.rowCount),
        (row) => !isOn(days, cursor, row) || (next !== undefined && compareCursors(cursor, row, next) > 0),
      )
      cursor.row = end
      if (end < block.rowCount || openNextBlock(table, cursor)) moveFirst(cursor, cursors)
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

/** Compares a row in a cursor's block with the row that another cursor is at. */
function compareCursors(cursor: Cursor, row: number, other: Cursor): number {
  return compareRows(cursor.keys, row, other.keys, other.row) || cursor.run - other.run
}

function isOn(days: readonly number[], { keys }: Cursor, row: number): boolean {
  for (let level = 0; level < days.length; level++) {
    if (keys.days[level]?.[row] !== days[level]) return false
  }
  return true
}

/** Moves the first cursor to its place among the others, which are sorted. */
function moveFirst(first: Cursor, cursors: Cursor[]): void {
  const place = gallopingSearch(1, cursors.length, (index) => {
    const other = cursors[index]
    return other === undefined || compareCursors(first, first.row, other) < 0
  })
  for (let index = 1; index < place; index++) {
    const other = cursors[index]
    if (other) cursors[index - 1] = other
  }
  cursors[place - 1] = first
}
