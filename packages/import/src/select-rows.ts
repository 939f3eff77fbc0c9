import { type ColumnType, columnsOf, type Table } from '@minilake/schema'
import type { ValueSql } from './value-sql.js'

/** Where the rows of a file come from, as SQL for DuckDB. */
export interface RowSource {
  /** What stands after FROM. */
  from: string
  /** Per column of the table the value in the file, and how it is read; undefined where the file has no such column. */
  values: readonly ({ raw: string; value: ValueSql } | undefined)[]
  /** All values of a row as a list of texts, for bad ones. */
  row: string
  /** When a row as a whole is bad, and why. Default never. */
  isBad?: { condition: string; reason: string }
  /** When a row is nothing at all and passed over. Default never. */
  isBlank?: string
}

/** The columns that follow the table's own in the result of `selectRows`, in this order. */
export const extraColumns = ['problem', 'finer', 'twice', 'reason', 'value', 'row'] as const

/** What `problem` says of a row, if not the number (from 1) of the column whose value is bad. */
export const problems = { none: 0, badRow: -1, blank: -2 } as const

/** What a batch holds for a column type, by DuckDB's name. */
const resultTypes: Record<ColumnType, string> = {
  timestamp: 'BIGINT',
  date: 'INTEGER',
  double: 'DOUBLE',
  real: 'REAL',
  bigint: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  varchar: 'VARCHAR',
}

/**
 * A query for the rows of a file: the table's columns as a batch holds them, then `extraColumns`: what is wrong with the row
 * (SMALLINT, see `problems`), how many of its times were cut to milliseconds, how many are one of two, and for a bad row why, the
 * value and the whole row. It reads in layers, so that each value is parsed once and checked once.
 */
export function selectRows(table: Table, { from, values, row, isBad, isBlank }: RowSource): string {
  const columns = columnsOf(table).map(([, column], index) => ({ column, index, source: values[index] }))
  const found = columns.flatMap(({ column, index, source }) => (source ? [{ column, index, ...source }] : []))

  const parsed = found.map(({ index, raw, value }) => `${value.parsed(raw)} AS p${index}`)
  const checked = columns.map(({ column, index, source }) => {
    const value = source ? source.value.value(`p${index}`, source.raw) : 'NULL'
    return `CAST(${value} AS ${resultTypes[column.type]}) AS v${index}`
  })
  const problem = [
    ...(isBlank === undefined ? [] : [`WHEN ${isBlank} THEN ${problems.blank}`]),
    ...(isBad === undefined ? [] : [`WHEN ${isBad.condition} THEN ${problems.badRow}`]),
    ...found.map(({ column, index, raw }) => {
      const isBadValue = column.nullable ? `v${index} IS NULL AND ${raw} IS NOT NULL` : `v${index} IS NULL`
      return `WHEN ${isBadValue} THEN ${index + 1}`
    }),
    `ELSE ${problems.none} END`,
  ]
  /** What a bad row has to say, not even looked at for good ones. */
  const ofBadRow = (whole: string, ofColumn: (column: (typeof found)[number]) => string) =>
    [
      `CASE WHEN problem <> ${problems.none} THEN CASE problem WHEN ${problems.badRow} THEN ${whole}`,
      ...found.map((each) => `WHEN ${each.index + 1} THEN ${ofColumn(each)}`),
      `END END`,
    ].join(' ')
  const reasonOf = ({ index, raw, value }: (typeof found)[number]) =>
    `CASE WHEN ${raw} IS NULL THEN 'expected a value' ELSE ${value.reason(`p${index}`, raw)} END`
  const count = (conditions: (string | undefined)[]) =>
    `CAST(${conditions.flatMap((condition) => (condition ? [`CASE WHEN ${condition} THEN 1 ELSE 0 END`] : [])).join(' + ') || '0'} AS SMALLINT)`
  return [
    `SELECT ${columns.map(({ index }) => `v${index}`).join(', ')}, problem,`,
    `  ${count(found.map(({ index, raw, value }) => value.isFiner?.(`v${index}`, `p${index}`, raw)))} AS finer,`,
    `  ${count(found.map(({ index, value }) => value.isTwice?.(`p${index}`)))} AS twice,`,
    `  ${ofBadRow(isBad?.reason ?? 'NULL', reasonOf)} AS reason,`,
    `  ${ofBadRow('NULL', ({ raw }) => `CAST(${raw} AS VARCHAR)`)} AS value,`,
    `  ${ofBadRow(row, () => row)} AS row`,
    `FROM (SELECT *, CAST(CASE ${problem.join(' ')} AS SMALLINT) AS problem`,
    `FROM (SELECT *, ${checked.join(', ')}`,
    `FROM (SELECT *${parsed.map((expression) => `, ${expression}`).join('')} FROM ${from})))`,
  ].join('\n')
}
