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

/** The number of decimals to show: as many as the values need, while the greatest has at most seven digits. */
function decimalsOf(values: readonly unknown[]): number {
  const fractions = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const greatest = fractions.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE)
  const most = Math.min(Math.max(6 - Math.floor(Math.log10(greatest)), 0), 20)
  return fractions.reduce((needed, value) => {
    const [, decimals = ''] = String(Number(value.toFixed(most))).split('.')
    return Math.max(needed, decimals.length)
  }, 0)
}

/** A value as a table shows it; milliseconds only when there are some. */
function shortText(value: unknown, decimals: number): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number' && Number.isFinite(value)) {
    const fixed = value.toFixed(decimals)
    return Number(fixed) === 0 && value !== 0 ? value.toPrecision(3) : fixed // too small to show beside the others
  }
  // Control characters would break the table, or control the terminal.
  const text = plainText(value).replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
  return value instanceof Date ? text.replace(/\.000$/, '') : text
}

/** A value in full: times as `2026-01-01 00:00:00.000`, null as an empty text. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().slice(0, -1).replace('T', ' ')
  return `${value as string}`
}
