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
import { aggregateSql, beyondSql, nanCountSql } from './reading-sql.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'
import { windowsQuery } from './windows.js'

/** A row of `hourlyAverages`: the start of a UTC hour, and `avg_…` per column, null if the hour has no value for it. */
export type HourlyAverage<C extends string> = { hour: Date } & { [N in C as `avg_${N}`]: number | null }

/**
 * Averages of numeric columns per UTC hour, ordered by time: the short form of `windows`. NaN values do not count; hours without rows
 * are absent.
 * Throws a TypeError for a column that is not numeric.
 *
 * @example
 * ```ts
 * import { hourlyAverages } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pump } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * const averages = hourlyAverages(pump, ['pressure', 'speed'], { from: new Date('2026-01-01') })
 * for await (const { hour, avg_pressure } of engine.query(averages)) console.log(hour, avg_pressure)
 * await engine.close()
 * ```
 */
export function hourlyAverages<T extends Table, const C extends NumericColumnName<T>>(
  table: T,
  columns: readonly C[],
  range: TimeRange = {},
): Query<HourlyAverage<C>> {
  const select = Object.fromEntries(columns.map((column) => [column, ['avg'] as const]))
  return windowsQuery(table, { every: '1h', select, ...range }, 'hour') as Query<HourlyAverage<C>>
}

/**
 * A row of `hourlyStatistics`. Each DOUBLE and REAL column adds `count_…`, `nan_…`, `sum_…`, `min_…` and `max_…`, and with a
 * `highLimit` also `above_…`.
 */
export type HourlyStatistics = { hour: Date; rows: bigint; first: Date; last: Date } & {
  [name: string]: ColumnValues['timestamp' | 'bigint' | 'double'] | null
}

/**
 * Statistics per UTC hour to check a table by: number of rows, first and last time and, for each DOUBLE and REAL column, the
 * count, sum, minimum and maximum of values that are not NaN, the number of NaN values, and the number of rows above the
 * column's `highLimit`, if it has one.
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
                `count(*) FILTER (WHERE ${beyondSql(table, name, 'above', highLimit)})`,
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
  return {
    sql: timeRangeSql(
      table,
      range,
      (conditions) =>
        `SELECT\n${list}\nFROM ${sqlTableName(table)}${whereClause(conditions)}\nGROUP BY 1\nORDER BY 1`,
    ),
    columns: Object.fromEntries(all.map(([name, , column]) => [name, column])) as NonNullable<
      Query<R>['columns']
    >,
  }
}
