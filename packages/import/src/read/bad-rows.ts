/** A row of a file that does not fit the table. */
export interface BadRow {
  /** The file, as it was given. */
  file: string
  /** Line on which the row begins, from 1; in a Parquet file the number of the row, from 1. */
  line: number
  /** The table's column; absent where the row as a whole is bad. */
  column?: string
  /** The value as the file has it; null where there is none. */
  value: string | null
  /** What is wrong with it: `expected a number`. */
  reason: string
  /** All values of the row in the file's order; the text of the line where it could not be taken apart. */
  row: readonly (string | null)[] | string
}

/** More rows are bad than allowed; nothing should be done with the others. */
export class BadRowsError extends Error {
  /** How many rows are bad, in all files. */
  readonly count: number
  /** The first of them, in order of file and line. */
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

/** A bad row in a line: `a.csv, line 7, power: expected a number, got "n/a"`. */
export function badRowText({ file, line, column, value, reason, row }: BadRow): string {
  const place = [file, `line ${line}`, ...(column === undefined ? [] : [column])].join(', ')
  const got = column === undefined ? (typeof row === 'string' ? shortened(row) : undefined) : shortened(value)
  return `${place}: ${reason}${got === undefined ? '' : `, got ${got}`}`
}

function shortened(value: string | null): string {
  if (value === null) return 'nothing'
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
}
