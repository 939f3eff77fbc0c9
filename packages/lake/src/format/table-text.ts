import type { ResultColumn } from '@minilake/analytics'
import { isNumeric } from '@minilake/schema'
import stringWidth from 'string-width'

type Row = Record<string, unknown>

/** A column of a table. */
export type TableColumn = Pick<ResultColumn, 'name' | 'type'>

/**
 * Rows as a table of aligned columns, with numbers to the right and decimal points below each other. A table wider than `width` is
 * written as one block per row, with a line per column.
 */
export function tableText(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  { width = Infinity }: { width?: number } = {},
): string {
  const wide = alignedText(columns, rows)
  const isTooWide = rows.length > 0 && wide.split('\n').some((line) => stringWidth(line) > width)
  return isTooWide ? blocksText(columns, rows, width) : wide
}

/** Columns of text with these names. */
export function textColumns(names: readonly string[]): TableColumn[] {
  return names.map((name) => ({ name, type: 'varchar' }))
}

function blocksText(columns: readonly TableColumn[], rows: readonly Row[], width: number): string {
  const margin = Math.max(...columns.map(({ name }) => stringWidth(name))) + 2
  const decimals = new Map(columns.map(({ name }) => [name, decimalsOf(rows.map((row) => row[name]))]))
  const blocks = rows.map((row) =>
    columns
      .map(({ name }) => {
        const label = name + ' '.repeat(margin - stringWidth(name))
        return `${label}${wrapText(shortText(row[name], decimals.get(name) ?? 0), { width, indent: margin })}\n`
      })
      .join(''),
  )
  return blocks.join('\n')
}

/**
 * Breaks a text into lines that end before `width`, at blanks where it can; every line after the first is indented, and the first is
 * taken to start at the indent.
 */
export function wrapText(text: string, { width, indent }: { width: number; indent: number }): string {
  const room = Math.max(width - indent, 12)
  const lines: string[] = []
  let line = ''
  const flush = () => {
    lines.push(line.trimEnd())
    line = ''
  }
  for (const word of text.split(/(?<= )/)) {
    if (line !== '' && stringWidth(line + word.trimEnd()) > room) flush()
    for (const character of word) {
      if (stringWidth(line + character) > room) flush()
      line += character
    }
  }
  flush()
  return lines.join(`\n${' '.repeat(indent)}`)
}

function alignedText(columns: readonly TableColumn[], rows: readonly Row[]): string {
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

/** The number of decimals to show in a column: as many as its values need, while its middle value has at most seven digits. */
function decimalsOf(values: readonly unknown[]): number {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const sizes = Float64Array.from(numbers, Math.abs)
    .filter((size) => size > 0)
    .sort()
  // The middle one, because the greatest or the least may be an outlier.
  const middle = sizes[(sizes.length - 1) >> 1] ?? 1
  const most = Math.min(Math.max(6 - Math.floor(Math.log10(middle)), 0), 20)
  return numbers.reduce((needed, value) => Math.max(needed, decimalPlaces(Number(value.toFixed(most)))), 0)
}

/** The decimals of the shortest text of a number; 0 if it has an exponent. */
function decimalPlaces(value: number): number {
  return /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0
}

/** A number with the decimals of its column; or with its own seven digits where the column's would change it by over 0.5 %. */
function numberText(value: number, decimals: number): string {
  if (value === 0) return `${Object.is(value, -0) ? '-' : ''}${value.toFixed(decimals)}`
  const places = decimalPlaces(value)
  const text = String(value)
  if (places <= decimals && !text.includes('e')) {
    // Not toFixed, which would show digits of the binary number: 0.1000000000000000056.
    const zeros = '0'.repeat(decimals - places)
    return places > 0 || decimals === 0 ? text + zeros : `${text}.${zeros}`
  }
  const fixed = value.toFixed(decimals)
  const isClose = Math.abs(Number(fixed) - value) <= Math.abs(value) * 0.005
  return isClose ? fixed : String(Number(value.toPrecision(7)))
}

/** A value as a table shows it; milliseconds only when there are some. */
function shortText(value: unknown, decimals: number): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number' && Number.isFinite(value)) return numberText(value, decimals)
  // Control characters would break the table, or control the terminal.
  const text = plainText(value).replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
  return value instanceof Date ? text.replace(/\.000$/, '') : text
}

/** A value in full: times as `2026-01-01 00:00:00.000`, or with more digits if they have them; null as an empty text. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().slice(0, -1).replace('T', ' ')
  return Object.is(value, -0) ? '-0' : `${value as string}`
}
