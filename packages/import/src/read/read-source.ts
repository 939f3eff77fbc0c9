import { type Batch, columnsOf, type Table } from '@minilake/schema'
import type { BadRow } from './bad-rows.js'
import type { BatchBuilder } from './batch-builder.js'
import { type DuckDb, duckDbReason } from '../duckdb/open-duckdb.js'
import type { Source } from '../open/source.js'
import { findMidnightTimes, type MidnightTimes } from './midnight-times.js'
import { misreadTimes } from './misread-times.js'
import { recordLines } from './record-lines.js'
import { problems, selectBadRows, selectRows } from './select-rows.js'

/** What was read, complete once all batches have been consumed. */
export interface ReadReport {
  /** Number of good rows. */
  rows: number
  /** Number of bad rows. */
  badRows: number
  /** Number of times that were finer than a millisecond and were floored. */
  flooredTimes: number
  /** Number of local times that the zone's clock showed twice, as it was set back. They are read as the later one. */
  repeatedTimes: number
  /** Times that are all midnight, in files with another column that looks like the time of day. */
  midnightTimes: MidnightTimes[]
  /** The first bad rows, ordered by file and line: at most `maxBadRows` or 10, whichever is greater. */
  bad: BadRow[]
}

/** The number of bad rows that are reported even if none is allowed. */
const minReportedRows = 10

/** The maximum number of malformed lines whose line numbers are determined. */
const maxNumberedLines = 100_000

/** Where the rows and counts of a file go. */
export interface ReadInto<T extends Table> {
  builder: BatchBuilder<T>
  report: ReadReport
  maxBadRows: number
  signal: AbortSignal | undefined
}

/**
 * Reads a file's good rows into batches. Rows that do not fill a batch stay in the builder for the next file. Once too many rows
 * are bad, it only counts and yields no more batches. Throws an Error for a file without rows, and for one with misread times.
 */
export async function* readSource<T extends Table>(
  table: T,
  source: Source,
  db: DuckDb,
  { builder, report, maxBadRows, signal }: ReadInto<T>,
): AsyncGenerator<Batch<T>> {
  const reportable = Math.max(maxBadRows, minReportedRows) - report.bad.length
  const query = selectRows(table, source.rows)
  const numbers: number[] = [] // of the first bad rows, from 0, not counting malformed lines
  let seen = 0
  let bad: RowProblem[] = []
  let lines: UnreadLine[] = []
  let unread = 0
  let blank = 0
  const badBefore = report.badRows
  let misread: string | undefined
  const done = async () => {
    if (source.layout) {
      lines = await unreadLines(db)
      unread = await countUnread(db)
    }
    if (numbers.length > 0) bad = await rowProblems(table, source, db, numbers)
    const [rowCount, badCount] = [seen - blank + unread, report.badRows - badBefore]
    if (source.isMessages) return
    if (badCount * 2 > rowCount) misread = await misreadTimes(table, source, db, rowCount)
    else report.midnightTimes.push(...(await findMidnightTimes(table, source, db)))
  }
  try {
    for await (const chunk of db.stream(query.sql, { signal, done })) {
      const found = chunk.smallInts(query.problem)
      const kept = goodRows(found)
      // Most chunks have only good rows.
      for (let row = 0; kept !== undefined && row < found.length; row++) {
        if (found[row] === problems.none) continue
        if (found[row] === problems.blank) {
          blank += 1
          continue
        }
        report.badRows += 1
        if (numbers.length < reportable) numbers.push(seen + row)
      }
      seen += chunk.rowCount
      if (report.badRows > maxBadRows) continue
      report.rows += kept?.length ?? chunk.rowCount
      if (query.finer !== undefined) report.flooredTimes += sumOfGood(chunk.smallInts(query.finer), found)
      if (query.twice !== undefined) report.repeatedTimes += sumOfGood(chunk.smallInts(query.twice), found)
      if (builder.add(chunk, kept)) yield builder.take()
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Error(`${source.file.name} cannot be read: ${unreadable(duckDbReason(cause))}`, { cause })
  }
  if (misread !== undefined) throw new Error(misread)
  report.badRows += unread
  if (seen === 0 && lines.length === 0) {
    throw new Error(
      `${source.file.name} has ${source.dialect?.header ? 'a header but ' : ''}no rows: expected readings`,
    )
  }
  report.bad.push(...withLines(source, bad, lines).slice(0, reportable))
  if (report.badRows <= maxBadRows && lines.some(({ reason }) => reason === openQuote)) {
    throw new Error(
      `${source.file.name} has a row that cannot be skipped, as rows after it may be part of it: ${openQuote}`,
    )
  }
}

/** The indexes of a chunk's good rows, or undefined if all are good. */
function goodRows(found: Int16Array): number[] | undefined {
  let row = 0
  while (row < found.length && found[row] === problems.none) row++
  if (row === found.length) return undefined
  return [...found.keys()].filter((row) => found[row] === problems.none)
}

function sumOfGood(counts: Int16Array, found: Int16Array): number {
  let sum = 0
  for (let row = 0; row < counts.length; row++) if (found[row] === problems.none) sum += counts[row] as number
  return sum
}

/** A bad row whose line is still unknown. */
interface RowProblem extends Omit<BadRow, 'file' | 'line'> {
  /** The number of the row, from 0, not counting malformed lines. */
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

/** A malformed line: it could not be split into fields. */
interface UnreadLine {
  /** Number of the record, from 1, counting header and blank lines. */
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
    `SELECT line, first(error_type), first(error_message), first(csv_line) FROM reject_errors GROUP BY line ORDER BY line LIMIT ${maxNumberedLines}`,
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

const openQuote = 'expected a quote at the end of a quoted field, and doubled quotes within it'

const reasons: Readonly<Record<string, string>> = {
  'UNQUOTED VALUE': openQuote,
  'INVALID ENCODING': 'expected UTF-8: state another encoding with `encoding`',
  'LINE SIZE OVER MAXIMUM': 'expected a line of at most 2 MB (16 MB in NDJSON)',
}

/** DuckDB's reason, or a clearer one. */
function unreadable(message: string): string {
  return message.includes('invalid state')
    ? 'expected the same line end everywhere (LF or CR LF), and quotes only around whole fields'
    : message
}

/** Bad rows with their line numbers, ordered by line. */
function withLines(
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
