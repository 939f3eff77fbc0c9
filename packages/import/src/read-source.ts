import { type Batch, columnsOf, type Table } from '@minilake/schema'
import type { BadRow } from './bad-rows.js'
import type { BatchBuilder } from './batch-builder.js'
import type { Chunk, DuckDb } from './duckdb.js'
import { firstLine, type Source } from './open-source.js'
import { recordLines } from './record-lines.js'
import { extraColumns, problems, selectRows } from './select-rows.js'

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

/** A bad row whose line is not known yet: the number of the row, from 0, among those that could be taken apart. */
interface NumberedRow extends Omit<BadRow, 'file' | 'line'> {
  number: number
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
  const bad: NumberedRow[] = []
  let seen = 0
  let lines: UnreadLine[] = []
  const sql = selectRows(table, source.rows)
  const done = async () => {
    if (source.layout) lines = await unreadLines(db)
  }
  try {
    for await (const chunk of db.stream(sql, { signal, done })) {
      const { kept, badRows, finer, twice } = inspect(table, chunk, seen, told - bad.length)
      seen += chunk.rowCount
      bad.push(...badRows.told)
      report.badRows += badRows.count
      if (report.badRows > maxBadRows) continue
      report.rows += kept?.length ?? chunk.rowCount
      report.flooredTimes += finer
      report.repeatedTimes += twice
      if (builder.add(chunk, kept)) yield builder.take()
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Error(`${source.file.name} cannot be read: ${unreadable(firstLine(cause))}`, { cause })
  }
  report.badRows += lines.length
  if (seen === 0 && lines.length === 0) {
    throw new Error(
      `${source.file.name} has ${source.dialect?.header ? 'a header and ' : ''}no rows: expected readings`,
    )
  }
  report.bad.push(...placed(source, bad, lines).slice(0, told))
}

/** What a chunk holds besides good rows; `kept` is absent where all are good. */
function inspect(table: Table, chunk: Chunk, firstRow: number, told: number) {
  const columns = columnsOf(table)
  const at = (name: (typeof extraColumns)[number]) => columns.length + extraColumns.indexOf(name)
  const found = chunk.smallInts(at('problem'))
  const [finer, twice] = [at('finer'), at('twice')].map((index) =>
    sumOfGood(chunk.smallInts(index), found),
  ) as [number, number]
  if (found.every((problem) => problem === problems.none)) {
    return { kept: undefined, badRows: { count: 0, told: [] }, finer, twice }
  }
  const kept: number[] = []
  const badRows = { count: 0, told: [] as NumberedRow[] }
  found.forEach((problem, row) => {
    if (problem === problems.none) kept.push(row)
    if (problem === problems.none || problem === problems.blank) return
    badRows.count += 1
    if (badRows.told.length >= told) return
    const column = columns[problem - 1]?.[0]
    const texts = chunk.list(at('row'), row)
    badRows.told.push({
      number: firstRow + row,
      ...(column !== undefined && { column }),
      value: chunk.text(at('value'), row),
      reason: chunk.text(at('reason'), row) ?? 'is bad',
      row: column === undefined ? (texts[0] ?? '') : texts,
    })
  })
  return { kept, badRows, finer, twice }
}

function sumOfGood(counts: Int16Array, found: Int16Array): number {
  let sum = 0
  for (let row = 0; row < counts.length; row++) if (found[row] === problems.none) sum += counts[row] as number
  return sum
}

/** A record that could not be taken apart into fields. */
interface UnreadLine {
  /** Number of the record, from 1, header and blank lines counted. */
  record: number
  reason: string
  text: string
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

const reasons: Readonly<Record<string, string>> = {
  'UNQUOTED VALUE': 'expected a quote at the end of a quoted field, and quotes within it doubled',
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
  bad: readonly NumberedRow[],
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
