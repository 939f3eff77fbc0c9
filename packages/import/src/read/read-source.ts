import { type Batch, columnsOf, type Table } from '@minilake/schema'
import type { BadRow } from './bad-rows.js'
import type { BatchBuilder } from './batch-builder.js'
import type { DuckDb } from '../duckdb/duckdb.js'
import { firstLine, type Source } from '../open/open-source.js'
import { recordLines } from './record-lines.js'
import { problems, selectBadRows, selectRows } from './select-rows.js'

/** What reading has met; complete once the batches have been taken. */
export interface ReadReport {
  /** Good rows. */
  rows: number
  badRows: number
  /** Times that were finer than a millisecond and floored to one. */
  flooredTimes: number
  /** Times of a zone's clock that it showed twice, as it was set back: the later one was taken. */
  repeatedTimes: number
  /** The bad rows, at most the greater of `maxBadRows` and 10, in order of file and line. */
  bad: BadRow[]
}

/** How many bad rows are told of even where none is allowed. */
const toldBadRows = 10

/** How many lines that cannot be taken apart are numbered. */
const numberedLines = 100_000

/** What reading a file goes into. */
export interface ReadInto<T extends Table> {
  builder: BatchBuilder<T>
  report: ReadReport
  maxBadRows: number
  signal: AbortSignal | undefined
}

/**
 * Reads a file's good rows into batches; what is left in the builder goes with the next file's. Once too many rows are bad
 * it counts on, and gives no more batches. Throws an Error for a file without rows.
 */
export async function* readSource<T extends Table>(
  table: T,
  source: Source,
  db: DuckDb,
  { builder, report, maxBadRows, signal }: ReadInto<T>,
): AsyncGenerator<Batch<T>> {
  const told = Math.max(maxBadRows, toldBadRows) - report.bad.length
  const query = selectRows(table, source.rows)
  const numbers: number[] = [] // of the first bad rows, from 0, among those that could be taken apart
  let seen = 0
  let bad: RowProblem[] = []
  let lines: UnreadLine[] = []
  let unread = 0
  const done = async () => {
    if (source.layout) {
      lines = await unreadLines(db)
      unread = await countUnread(db)
    }
    if (numbers.length > 0) bad = await rowProblems(table, source, db, numbers)
  }
  try {
    for await (const chunk of db.stream(query.sql, { signal, done })) {
      const found = chunk.smallInts(query.problem)
      const kept = goodRows(found)
      found.forEach((problem, row) => {
        if (problem === problems.none || problem === problems.blank) return
        report.badRows += 1
        if (numbers.length < told) numbers.push(seen + row)
      })
      seen += chunk.rowCount
      if (report.badRows > maxBadRows) continue
      report.rows += kept?.length ?? chunk.rowCount
      if (query.finer !== undefined) report.flooredTimes += sumOfGood(chunk.smallInts(query.finer), found)
      if (query.twice !== undefined) report.repeatedTimes += sumOfGood(chunk.smallInts(query.twice), found)
      if (builder.add(chunk, kept)) yield builder.take()
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Error(`${source.file.name} cannot be read: ${unreadable(firstLine(cause))}`, { cause })
  }
  report.badRows += unread
  if (seen === 0 && lines.length === 0) {
    throw new Error(
      `${source.file.name} has ${source.dialect?.header ? 'a header and ' : ''}no rows: expected readings`,
    )
  }
  report.bad.push(...placed(source, bad, lines).slice(0, told))
  if (report.badRows <= maxBadRows && lines.some(({ reason }) => reason === openQuote)) {
    throw new Error(
      `${source.file.name} has a row that cannot be left out, since rows after it may have gone with it: ${openQuote}`,
    )
  }
}

/** The numbers of a chunk's good rows; undefined where all are good. */
function goodRows(found: Int16Array): number[] | undefined {
  if (found.every((problem) => problem === problems.none)) return undefined
  return [...found.keys()].filter((row) => found[row] === problems.none)
}

function sumOfGood(counts: Int16Array, found: Int16Array): number {
  let sum = 0
  for (let row = 0; row < counts.length; row++) if (found[row] === problems.none) sum += counts[row] as number
  return sum
}

/** A bad row whose line is not known yet. */
interface RowProblem extends Omit<BadRow, 'file' | 'line'> {
  /** The number of the row, from 0, among those that could be taken apart. */
  number: number
}

async function rowProblems(
  table: Table,
  { rows }: Source,
  db: DuckDb,
  numbers: readonly number[],
): Promise<RowProblem[]> {
  const found = await db.rows(selectBadRows(table, rows, numbers.length))
  return found.map(([problem, reason, value, row], index) => {
    const column = columnsOf(table)[Number(problem) - 1]?.[0]
    const texts = row as (string | null)[]
    return {
      number: numbers[index] as number,
      ...(column !== undefined && { column }),
      value: value as string | null,
      reason: String(reason),
      row: column === undefined ? (texts[0] ?? '') : texts,
    }
  })
}

/** A record that could not be taken apart into fields. */
interface UnreadLine {
  /** Number of the record, from 1, header and blank lines counted. */
  record: number
  reason: string
  text: string
}

async function countUnread(db: DuckDb): Promise<number> {
  const [row] = await db.rows('SELECT count(DISTINCT line) FROM reject_errors')
  return Number(row?.[0])
}

async function unreadLines(db: DuckDb): Promise<UnreadLine[]> {
  const rows = await db.rows(
    `SELECT line, first(error_type), first(error_message), first(csv_line) FROM reject_errors GROUP BY line ORDER BY line LIMIT ${numberedLines}`,
  )
  return rows.map(([line, type, message, text]) => ({
    record: Number(line),
    reason: unreadReason(String(type), String(message)),
    text: String(text).trim(),
  }))
}

function unreadReason(type: string, message: string): string {
  const [, expected, found] = /Columns: (\d+) Found: (\d+)/.exec(message) ?? []
  if (expected !== undefined)
    return `expected ${expected} fields, got ${type === 'TOO MANY COLUMNS' ? 'more' : found}`
  return reasons[type] ?? message
}

const openQuote = 'expected a quote at the end of a quoted field, and quotes within it doubled'

const reasons: Readonly<Record<string, string>> = {
  'UNQUOTED VALUE': openQuote,
  'INVALID ENCODING': 'expected UTF-8: `encoding` says what the file is in',
  'LINE SIZE OVER MAXIMUM': 'expected a line of at most 2 MB (16 MB in NDJSON)',
}

/** DuckDB's words where they say too little. */
function unreadable(message: string): string {
  return message.includes('invalid state')
    ? 'expected lines that all end alike (LF, or CR LF), and quotes only around whole fields'
    : message
}

/** Bad rows with their lines, in order. */
function placed(
  { file, layout }: Source,
  bad: readonly RowProblem[],
  unread: readonly UnreadLine[],
): BadRow[] {
  if (bad.length === 0 && unread.length === 0) return []
  const numbers = { rows: bad.map(({ number }) => number), records: unread.map(({ record }) => record) }
  const lines = layout
    ? recordLines(file.path, layout, numbers)
    : { rows: numbers.rows.map((n) => n + 1), records: [] }
  const rows = bad.map(({ number: _, ...row }, index) => ({
    file: file.name,
    line: lines.rows[index] as number,
    ...row,
  }))
  const records = unread.map(({ reason, text }, index) => ({
    file: file.name,
    line: lines.records[index] as number,
    value: null,
    reason,
    row: text,
  }))
  return [...rows, ...records].sort((a, b) => a.line - b.line)
}
