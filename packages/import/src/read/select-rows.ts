import { type ColumnType, columnsOf, type Table } from '@minilake/schema'
import { isRequired } from '../open/match-columns.js'
import type { RowSource } from '../open/source.js'
import type { ValueSql } from '../values/value-sql.js'

/** Values of `problem` other than the number (from 1) of the column with a bad value. */
export const problems = { none: 0, badRow: -1, blank: -2 } as const

/** The DuckDB type of each column type's entries in a batch. */
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

/** A query for the rows of a file. Its result has the table's columns first; the numbers are the indexes of further columns. */
export interface RowQuery {
  sql: string
  /** The row's problem, SMALLINT: see `problems`. */
  problem: number
  /** The number of the row's times that were floored to milliseconds, SMALLINT. Absent if no time can be finer. */
  finer?: number
  /** The number of the row's times that the clock showed twice, SMALLINT. Absent if that is impossible. */
  twice?: number
}

/** A query for all rows, with the values that a batch holds. The values of bad rows are meaningless. */
export function selectRows(table: Table, source: RowSource): RowQuery {
  const columns = columnsOf(table)
  const found = foundColumns(table, source)
  const counts = {
    finer: found.flatMap(({ index, raw, value }) => value.isFiner?.(`v${index}`, `p${index}`, raw) ?? []),
    twice: found.flatMap(({ index, value }) => value.isTwice?.(`p${index}`) ?? []),
  }
  const extras = Object.entries(counts).filter(([, conditions]) => conditions.length > 0)
  const selected = [
    ...columns.map((_, index) => `v${index}`),
    'problem',
    ...extras.map(
      ([, conditions]) =>
        `CAST(${conditions.map((condition) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`).join(' + ')} AS SMALLINT)`,
    ),
  ]
  const places = extras.map(([name], index) => [name, columns.length + 1 + index] as const)
  return {
    sql: `SELECT ${selected.join(', ')} FROM ${checkedRows(table, source)}`,
    problem: columns.length,
    ...Object.fromEntries(places),
  }
}

/**
 * A query for the first bad rows in order: `problem`, the reason, the bad value and all values of the row. It is a separate
 * query because most files have no bad rows, and these texts and lists for every good row would double the memory traffic.
 */
export function selectBadRows(table: Table, source: RowSource, limit: number): string {
  const found = foundColumns(table, source)
  const ofProblem = (whole: string, ofColumn: (column: FoundColumn) => string) =>
    [
      `CASE problem WHEN ${problems.badRow} THEN ${whole}`,
      ...found.map((column) => `WHEN ${column.index + 1} THEN ${ofColumn(column)}`),
      'END',
    ].join(' ')
  const reason = ofProblem(
    source.isBad?.reason ?? 'NULL',
    ({ index, raw, value }) =>
      `CASE WHEN ${raw} IS NULL${value.isMissing ? ` OR ${value.isMissing(`p${index}`, raw)}` : ''} THEN 'expected a value' ELSE ${value.reason(`p${index}`, raw)} END`,
  )
  const bad = ofProblem('NULL', ({ raw }) => `CAST(${raw} AS VARCHAR)`)
  return `SELECT problem, ${reason}, ${bad}, ${source.row} FROM ${checkedRows(table, source)} WHERE problem NOT IN (${problems.none}, ${problems.blank}) LIMIT ${limit}`
}

/** A column of the table that the file has. In `checkedRows`, its parsed value is called `pn`, its checked one `vn`. */
export interface FoundColumn {
  isRequired: boolean
  /** The number n of the column in the table. */
  index: number
  raw: string
  value: ValueSql
}

/** The columns of the table that the file has. */
export function foundColumns(table: Table, { values }: RowSource): FoundColumn[] {
  return columnsOf(table).flatMap(([name], index) => {
    const source = values[index]
    return source ? [{ isRequired: isRequired(table, name), index, ...source }] : []
  })
}

/** A FROM clause of the rows in nested subqueries, so that each value is parsed once (p…) and checked once (v…), with the row's problem. */
export function checkedRows(table: Table, source: RowSource): string {
  const { from, values, isBad, isBlank } = source
  const found = foundColumns(table, source)
  const parsed = found.map(({ index, raw, value }) => `${value.parsed(raw)} AS p${index}`)
  const checked = columnsOf(table).map(([, { type }], index) => {
    const { raw, value } = values[index] ?? {}
    const text = raw !== undefined && value ? value.value(`p${index}`, raw) : 'NULL'
    return `CAST(${text} AS ${resultTypes[type]}) AS v${index}`
  })
  const problem = [
    ...(isBlank === undefined ? [] : [`WHEN ${isBlank} THEN ${problems.blank}`]),
    ...(isBad === undefined ? [] : [`WHEN ${isBad.condition} THEN ${problems.badRow}`]),
    ...found.map(({ isRequired, index, raw, value }) => {
      const isMissing = value.isMissing ? ` AND NOT (${value.isMissing(`p${index}`, raw)})` : ''
      const isBadValue = `v${index} IS NULL${isRequired ? '' : ` AND ${raw} IS NOT NULL${isMissing}`}`
      return `WHEN ${isBadValue} THEN ${index + 1}`
    }),
  ]
  return [
    `(SELECT *, CAST(CASE ${problem.join(' ')} ELSE ${problems.none} END AS SMALLINT) AS problem`,
    `FROM (SELECT *, ${checked.join(', ')}`,
    `FROM (SELECT *${parsed.map((expression) => `, ${expression}`).join('')} FROM ${from})))`,
  ].join('\n')
}
