import {
  type ColumnValues,
  columnsOf,
  eventTimeColumn,
  type NumericColumnName,
  quoteIdentifier,
  sqlTableName,
  type Table,
} from '@minilake/schema'
import type { Query } from '../query.js'
import { aboveSql, aggregateSql, nanCountSql } from './reading-sql.js'
import { type TimeRange, timeRangeConditions, whereClause } from './time-range.js'

/** A row of `hourlyAverages`: the start of a UTC hour, and per column `avg_…`, null where the hour has no reading. */
export type HourlyAverage<C extends string> = { hour: Date } & { [N in C as `avg_${N}`]: number | null }

/**
 * Average of some numeric columns by UTC hour, in order of time; hours without rows are left out, NaN readings too.
 * Throws a TypeError for a column that is not numeric.
 */
export function hourlyAverages<T extends Table, const C extends NumericColumnName<T>>(
  table: T,
  columns: readonly C[],
  range: TimeRange = {},
): Query<HourlyAverage<C>> {
  const averages = [...new Set(columns)].map((column) => ({
    name: `avg_${column}`,
    text: aggregateSql(table, column, 'avg'),
  }))
  return byHour<HourlyAverage<C>>(
    table,
    averages.map(({ name, text }) => [name, text, { type: 'double', nullable: true }]),
    range,
  )
}

/** A row of `hourlyStatistics`; per numeric column also `count_…`, `nan_…`, `sum_…`, `min_…`, `max_…`, with a limit `above_…`. */
export type HourlyStatistics = { hour: Date; rows: bigint; first: Date; last: Date } & {
  [name: string]: ColumnValues['timestamp' | 'bigint' | 'double'] | null
}

/**
 * Everything that can be checked of a table's hours: rows, first and last time, of each DOUBLE and REAL column count, sum, least
 * and greatest over readings that are not NaN, how many are NaN, and rows over its high limit where it has one.
 */
export function hourlyStatistics(table: Table, range: TimeRange = {}): Query<HourlyStatistics> {
  const time = quoteIdentifier(eventTimeColumn(table))
  const double = { type: 'double', nullable: true } as const
  const numeric = columnsOf(table).filter(([, { type }]) => type === 'double' || type === 'real')
  return byHour<HourlyStatistics>(
    table,
    [
      ['rows', 'count(*)', { type: 'bigint' }],
      ['first', `min(${time})`, { type: 'timestamp' }],
      ['last', `max(${time})`, { type: 'timestamp' }],
      ...numeric.flatMap(([name, { highLimit }]): ResultText[] => [
        [`count_${name}`, aggregateSql(table, name, 'count'), { type: 'bigint' }],
        [`nan_${name}`, nanCountSql(table, name), { type: 'bigint' }],
        [`sum_${name}`, aggregateSql(table, name, 'sum'), double],
        [`min_${name}`, aggregateSql(table, name, 'min'), double],
        [`max_${name}`, aggregateSql(table, name, 'max'), double],
        ...(highLimit === undefined
          ? []
          : [
              [
                `above_${name}`,
                `count(*) FILTER (WHERE ${aboveSql(table, name, highLimit)})`,
                { type: 'bigint' },
              ] as const,
            ]),
      ]),
    ],
    range,
  )
}

type ResultText = readonly [
  name: string,
  text: string,
  column: { type: 'timestamp' | 'bigint' | 'double'; nullable?: boolean },
]

function byHour<R>(table: Table, results: readonly ResultText[], range: TimeRange): Query<R> {
  const hour = `date_trunc('hour', ${quoteIdentifier(eventTimeColumn(table))})`
  const all: readonly ResultText[] = [['hour', hour, { type: 'timestamp' }], ...results]
  const list = all.map(([name, text]) => `  ${text} AS ${quoteIdentifier(name)}`).join(',\n')
  const where = whereClause(timeRangeConditions(table, range))
  return {
    sql: `SELECT\n${list}\nFROM ${sqlTableName(table)}${where}\nGROUP BY 1\nORDER BY 1`,
    columns: Object.fromEntries(all.map(([name, , column]) => [name, column])) as NonNullable<
      Query<R>['columns']
    >,
  }
}
