import type { ResultColumn, ResultRows } from '@minilake/analytics'
import { isNumeric } from '@minilake/schema'
import stringWidth from 'string-width'

/** The forms in which a result can be printed. */
export const resultFormats = ['table', 'csv', 'ndjson', 'json'] as const

/** One of `resultFormats`. */
export type ResultFormat = (typeof resultFormats)[number]

type Row = Record<string, unknown>

/** How a result is printed. */
export interface PrintOptions {
  format: ResultFormat
  /** Rows at the most; Infinity for all. */
  limit: number
  write: (text: string) => Promise<void>
}

/**
 * Prints a result as it comes, no faster than it is read; a table, whose widths need its rows first, holds only those it
 * shows. Gives the number of rows there are (in other forms: of rows printed).
 */
export async function printRows<R>(
  result: ResultRows<R>,
  { format, limit, write }: PrintOptions,
): Promise<number> {
  const columns = await result.columns()
  if (format === 'table') return printTable(columns, result as AsyncIterable<Row>, limit, write)
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
  limit: number,
  write: PrintOptions['write'],
): Promise<number> {
  const shown: Row[] = []
  let count = 0
  for await (const row of rows) {
    count += 1
    if (count <= limit) shown.push(row)
  }
  await write(tableText(columns, shown))
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

/** Any value as JSON: times in ISO 8601, integers beyond 2^53 and NaN or infinities as text, so that nothing is lost. */
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

/** Rows as a table of aligned columns, numbers to the right, fractions point under point. */
export function tableText(
  columns: readonly Pick<ResultColumn, 'name' | 'type'>[],
  rows: readonly Row[],
): string {
  const fields = columns.map(({ name, type }) => {
    const decimals = decimalsOf(rows.map((row) => row[name]))
    const cells = [name, ...rows.map((row) => shortText(row[name], decimals))]
    const width = cells.reduce((widest, cell) => Math.max(widest, stringWidth(cell)), 0)
    const space = cells.map((cell) => ' '.repeat(width - stringWidth(cell)))
    const toRight = type !== undefined && isNumeric[type]
    const [head, ...values] = cells.map((cell, line) => (toRight ? space[line] + cell : cell + space[line]))
    return [head, '─'.repeat(width), ...values] as string[]
  })
  const lines = Array.from({ length: rows.length + 2 }, (_, line) =>
    fields.map((field) => field[line]).join('  '),
  )
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** How many decimals a column of numbers is shown with: as many as it needs, so long as the greatest has seven digits. */
function decimalsOf(values: readonly unknown[]): number {
  const fractions = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const greatest = fractions.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE)
  const most = Math.min(Math.max(6 - Math.floor(Math.log10(greatest)), 0), 20)
  return fractions.reduce((needed, value) => {
    const [, decimals = ''] = String(Number(value.toFixed(most))).split('.')
    return Math.max(needed, decimals.length)
  }, 0)
}

/** A value in full: times as `2026-01-01 00:00:00.000`, null as nothing. */
function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().slice(0, -1).replace('T', ' ')
  return `${value as string}`
}

/** A value as a person reads it in a table, milliseconds only where there are some. */
function shortText(value: unknown, decimals: number): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number' && Number.isFinite(value)) {
    const fixed = value.toFixed(decimals)
    return Number(fixed) === 0 && value !== 0 ? value.toPrecision(3) : fixed // too small beside the others
  }
  // Control characters would break the table, or worse, be obeyed by the terminal.
  const text = plainText(value).replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
  return value instanceof Date ? text.replace(/\.000$/, '') : text
}

// RFC 4180: fields with a comma, a quote or a line break stand in quotes, quotes within are doubled.
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
