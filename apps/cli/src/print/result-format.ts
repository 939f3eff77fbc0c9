import type { ResultColumn, ResultRows } from '@minilake/analytics'
import { plainText, tableText } from './table-text.js'

/** The formats of a printed result. */
export const resultFormats = ['table', 'csv', 'ndjson', 'json'] as const

/** One of `resultFormats`. */
export type ResultFormat = (typeof resultFormats)[number]

type Row = Record<string, unknown>

/** How to print a result. */
export interface PrintOptions {
  format: ResultFormat
  /** Most rows; Infinity for all. */
  limit: number
  /** Columns of the terminal, which a table is fitted to. */
  width: number
  write: (text: string) => Promise<void>
}

/**
 * Prints a result as it arrives, no faster than the output is read. A table needs its rows first, and holds only those it shows.
 * Resolves with the number of rows of a table's result, in other formats of the rows printed.
 */
export async function printRows<R>(
  result: ResultRows<R>,
  { format, limit, width, write }: PrintOptions,
): Promise<number> {
  const columns = await result.columns()
  if (format === 'table') return printTable(columns, result as AsyncIterable<Row>, { limit, width, write })
  const { head, row, tail } = writers[format]
  let text = head(columns)
  let count = 0
  for await (const values of result as AsyncIterable<Row>) {
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

async function printTable(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<Row>,
  { limit, width, write }: Omit<PrintOptions, 'format'>,
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
    row: (row, columns) => `${columns.map(({ name }) => csvField(plainText(row[name]))).join(',')}\n`,
    tail: () => '',
  },
  ndjson: {
    head: () => '',
    row: (row) => `${jsonText(row)}\n`,
    tail: () => '',
  },
  json: {
    head: () => '[',
    row: (row, _columns, index) => `${index === 0 ? '\n' : ',\n'}  ${jsonText(row)}`,
    tail: (count) => (count === 0 ? ']\n' : '\n]\n'),
  },
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

// RFC 4180: fields with a comma, a quote or a line break stand in quotes, quotes within are doubled.
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
