/** A row of a file that does not fit the table. */
export interface BadRow {
  /** The file's path or name, as given. */
  file: string
  /** Line on which the row starts, from 1. In Parquet and in JSON that is not one object a line, the number of the row, from 1. */
  line: number
  /** The table's column. Absent if the row as a whole is bad. */
  column?: string
  /** The value in the file, or null if there is none. */
  value: string | null
  /** Why the row is bad: `expected a number`. */
  reason: string
  /** All values of the row in the file's order, or the text of a line that could not be split into fields. */
  row: readonly (string | null)[] | string
}

/** More rows are bad than allowed. The good rows should not be used either. */
export class BadRowsError extends Error {
  /** Number of bad rows in all files. */
  readonly count: number
  /** The first bad rows, ordered by file and line. */
  readonly rows: readonly BadRow[]

  constructor(count: number, rows: readonly BadRow[], allowed: number) {
    const [first] = rows
    super(
      `${count} bad ${count === 1 ? 'row' : 'rows'}, expected at most ${allowed}${first ? `: ${badRowText(first)}` : ''}`,
    )
    this.name = 'BadRowsError'
    this.count = count
    this.rows = rows
  }
}

/** A one-line message for a bad row: `a.csv, line 7, power: expected a number, got "n/a"`. */
export function badRowText({ file, line, column, value, reason, row }: BadRow): string {
  const place = [file, `line ${line}`, ...(column === undefined ? [] : [column])].join(', ')
  const got = column === undefined ? (typeof row === 'string' ? shortened(row) : undefined) : shortened(value)
  return `${place}: ${reason}${got === undefined ? '' : `, got ${got}`}`
}

/** A value for messages: in quotes, and cut if it is long. */
export function shortened(value: string | null): string {
  if (value === null) return 'nothing'
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
}
