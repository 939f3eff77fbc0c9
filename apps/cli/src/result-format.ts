import type { ResultColumn, ResultRows } from '@minilake/analytics'
import stringWidth from 'string-width'

/** The forms in which a result can be printed. */
export const resultFormats = ['table', 'csv', 'ndjson', 'json'] as const

/** One of `resultFormats`. */
export type ResultFormat = (typeof resultFormats)[number]

type Row = Record<string, unknown>

/** How a result is printed. */
export interface PrintOptions {
  format: ResultFormat
  /** Rows at the most. Default: 20 in a table, all in the other forms. */
  limit?: number
  write: (text: string) => void
}

/**
 * Prints a result, row by row as it comes; a table, whose widths need its rows first, holds only those it shows.
 * Gives the number of rows there are, shown or not.
 */
export async function printRows<R>(
  result: ResultRows<R>,
  { format, limit, write }: PrintOptions,
): Promise<number> {
  const columns = await result.columns()
  const most = limit ?? (format === 'table' ? 20 : Infinity)
  const shown: Row[] = []
  let count = 0
  if (format === 'csv') write(`${columns.map(({ name }) => csvField(name)).join(',')}\n`)
  if (format === 'json') write('[')
  for await (const row of result as AsyncIterable<Row>) {
    count += 1
    if (count > most) {
      if (format === 'table') continue
      break
    }
    if (format === 'table') shown.push(row)
    else write(writers[format](row, columns, count))
  }
  if (format === 'json') write(count === 0 ? ']\n' : '\n]\n')
  if (format === 'table') write(tableText(columns, shown))
  return count
}

const writers: Record<
  Exclude<ResultFormat, 'table'>,
  (row: Row, columns: readonly ResultColumn[], count: number) => string
> = {
  csv: (row, columns) => `${columns.map(({ name }) => csvField(plainText(row[name]))).join(',')}\n`,
  ndjson: (row) => `${jsonText(row)}\n`,
  json: (row, _columns, count) => `${count === 1 ? '\n' : ',\n'}  ${jsonText(row)}`,
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

/** Rows as a table of aligned columns, numbers to the right. */
export function tableText(
  columns: readonly Pick<ResultColumn, 'name' | 'type'>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map(({ name }) => shortText(row[name])))
  const widths = columns.map(({ name }, index) =>
    Math.max(stringWidth(name), ...cells.map((row) => stringWidth(row[index] as string))),
  )
  const toRight = columns.map(
    ({ type }) => type === 'double' || type === 'real' || type === 'bigint' || type === 'integer',
  )
  const line = (fields: readonly string[]) =>
    fields
      .map((field, index) => {
        const space = ' '.repeat((widths[index] as number) - stringWidth(field))
        return toRight[index] ? space + field : field + space
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [line(columns.map(({ name }) => name)), rule, ...cells.map(line)].map((text) => `${text}\n`).join('')
}

/** A value in full: times as `2026-01-01 00:00:00.000`, null as nothing. */
function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().slice(0, -1).replace('T', ' ')
  return `${value as string}`
}

/** A value as a person reads it in a table: seven digits are enough, and milliseconds only where there are some. */
function shortText(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(7)))
  // Control characters would break the table, or worse, be obeyed by the terminal.
  return plainText(value)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
    .replace(/^([\d-]+ [\d:]+)\.000$/, '$1')
}

// RFC 4180: fields with a comma, a quote or a line break stand in quotes, quotes within are doubled.
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
