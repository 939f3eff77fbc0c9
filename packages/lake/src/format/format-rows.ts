import type { ResultColumn, ResultRows } from '@minilake/analytics'
import { plainText, tableText } from './table-text.js'

/** The formats of a result as text. */
export const resultFormats = ['table', 'csv', 'ndjson', 'json'] as const

/** One of `resultFormats`. */
export type ResultFormat = (typeof resultFormats)[number]

type Row = Record<string, unknown>

/** How to write a result as text. */
export interface FormatRowsOptions {
  format: ResultFormat
  /** Most rows; Infinity for all. */
  limit: number
  /** Most columns of a table's lines; a wider table becomes one block per row. Infinity for any width. */
  width: number
  /** Receives the text in pieces; the next rows are read when it resolves. */
  write: (text: string) => Promise<void>
}

/**
 * Writes a result as text as its rows arrive, no faster than `write` takes it. A table needs its rows first, and holds only those it
 * shows. Resolves with the number of rows of a table's result, in other formats of the rows written.
 */
export async function formatRows<R>(
  result: Pick<ResultRows<R>, 'columns'> & AsyncIterable<R>,
  { format, limit, width, write }: FormatRowsOptions,
): Promise<number> {
  const columns = await result.columns()
  const rows = withShortReals(result as AsyncIterable<Row>, columns)
  if (format === 'table') return printTable(columns, rows, { limit, width, write })
  const { head, row, tail } = writers[format]
  let text = head(columns)
  let count = 0
  for await (const values of rows) {
    if (count === limit) break
    text += row(values, columns, count)
    count += 1
    if (text.length < chunkLength) continue
    await write(text)
    text = ''
  }
  await write(text + tail(count))
  return count
}

const chunkLength = 64 * 1024

/**
 * Rows whose REAL values are the doubles with the shortest text that reads as the same 32-bit number: 0.1, where the 32-bit number
 * itself is 0.10000000149011612.
 */
function withShortReals(rows: AsyncIterable<Row>, columns: readonly ResultColumn[]): AsyncIterable<Row> {
  const reals = columns.filter(({ type }) => type === 'real').map(({ name }) => name)
  if (reals.length === 0) return rows
  return (async function* () {
    for await (const row of rows)
      yield { ...row, ...Object.fromEntries(reals.map((name) => [name, shortReal(row[name])])) }
  })()
}

function shortReal(value: unknown): unknown {
  if (typeof value !== 'number' || value === 0) return value
  const isSame = (short: number) => Math.fround(short) === value
  // Six digits are always exact; nine always suffice.
  return [6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits))).find(isSame) ?? value
}

async function printTable(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<Row>,
  { limit, width, write }: Omit<FormatRowsOptions, 'format'>,
): Promise<number> {
  const shown: Row[] = []
  let count = 0
  for await (const row of rows) {
    count += 1
    if (count <= limit) shown.push(row)
  }
  await write(tableText(columns, shown, { width }))
  return count
}

interface Writer {
  head: (columns: readonly ResultColumn[]) => string
  /** A row; `index` counts from 0. */
  row: (row: Row, columns: readonly ResultColumn[], index: number) => string
  tail: (count: number) => string
}

const writers: Record<Exclude<ResultFormat, 'table'>, Writer> = {
  csv: {
    head: (columns) => `${columns.map(({ name }) => csvField(name)).join(',')}\n`,
    row: (row, columns) => `${columns.map(({ name }) => csvField(csvText(row[name]))).join(',')}\n`,
    tail: () => '',
  },
  ndjson: {
    head: () => '',
    row: (row, columns) => `${rowJson(row, columns)}\n`,
    tail: () => '',
  },
  json: {
    head: () => '[',
    row: (row, columns, index) => `${index === 0 ? '\n' : ',\n'}  ${rowJson(row, columns)}`,
    tail: (count) => (count === 0 ? ']\n' : '\n]\n'),
  },
}

/** A row as JSON, with its columns in order and negative zero as a number, both of which JSON.stringify loses. */
function rowJson(row: Row, columns: readonly ResultColumn[]): string {
  const fields = columns.map(({ name }) => {
    const value = row[name] ?? null
    return `${JSON.stringify(name)}:${Object.is(value, -0) ? '-0.0' : jsonText(value)}`
  })
  return `{${fields.join(',')}}`
}

/** Any value as JSON: times in ISO 8601; integers beyond 2^53, NaN and infinities as text, because JSON numbers lose them. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, field: unknown) => {
      if (typeof field === 'bigint')
        return Number.isSafeInteger(Number(field)) ? Number(field) : String(field)
      if (typeof field === 'number' && !Number.isFinite(field)) return String(field)
      return field
    },
    indent,
  )
}

/** A value in CSV: a time with its zone, so that `minilake import` reads it as it is. */
function csvText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : plainText(value)
}

// RFC 4180: fields with a comma, a quote or a line break stand in quotes, quotes within are doubled.
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
