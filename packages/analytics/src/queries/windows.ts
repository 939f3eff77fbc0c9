import {
  type Column,
  type ColumnName,
  eventTimeColumn,
  type NumericColumnName,
  quoteIdentifier,
  sqlTableName,
  type Table,
  timestampLiteral,
  type ValueOf,
} from '@minilake/schema'
import type { Dialect } from '../dialect.js'
import type { Query } from '../query.js'
import { identityColumns } from './identity.js'
import { readingValueSql } from './reading-sql.js'
import { type TimeRange, timeRangeConditions, whereClause } from './time-range.js'
import { checkAggregate, needsNext, type WindowAggregate, windowAggregateSql } from './window-aggregate.js'
import { checkFill, filledWindowsSql, type WindowFill } from './window-fill.js'
import { type WindowLength, windowSql } from './window-length.js'

/** What `windows` computes of each column: `{ pressure: ['avg', 'p95'] }`. */
export type WindowSelect<T extends Table> = {
  readonly [C in NumericColumnName<T>]?: readonly WindowAggregate[]
}

/** Options of `windows`. */
export interface WindowsOptions<
  T extends Table,
  C extends ColumnName<T>,
  S extends WindowSelect<T>,
> extends TimeRange {
  /** The length of a window: '15m', '1h', 'day', 'week', 'month'. */
  every: WindowLength
  /** What to compute of which numeric columns. */
  select: S
  /** The columns that identify a source; each source has its own windows. Default: none, all rows are one source. */
  by?: readonly C[]
  /** The zone, by its IANA name, on whose clock windows start. Default 'UTC'. */
  zone?: string
  /** What windows without readings get. Default 'none': they are absent. */
  fill?: WindowFill
  /** An SQL condition on the rows. Default: all rows. */
  where?: string
}

type Names<S> = {
  [C in keyof S & string]: S[C] extends readonly (infer A extends string)[] ? `${A}_${C}` : never
}[keyof S & string]

/** A row of `windows`: the source, the UTC time at which the window starts, and `avg_pressure` and so on. */
export type Window<T extends Table, C extends ColumnName<T>, S> = {
  [N in C]: ValueOf<T['columns'][N]>
} & { start: Date } & { [N in Names<S>]: N extends `count_${string}` ? bigint : number | null }

/**
 * Aggregates of numeric columns per window of time, ordered by source and time. Values are read as DOUBLE; NaN and NULL do not count. A
 * result is null if the window has no value for it.
 *
 * `twa` holds each value until the next reading in the window or the window's end. Percentiles are exact (interpolated) in DuckDB; in
 * Trino their rank is within 1 % of the values. Throws a TypeError for a column or an aggregate that does not exist, and a RangeError
 * for a length, a zone or a fill that does not.
 *
 * @example
 * ```ts
 * import { windows } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pumpDaily } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * const days = windows(pumpDaily, { every: 'day', zone: 'Europe/Berlin', by: ['pump_id'], select: { pressure: ['max', 'p95'] } })
 * for await (const { pump_id, start, max_pressure, p95_pressure } of engine.query(days)) {
 *   console.log(pump_id, start, max_pressure, p95_pressure) // string, Date, number | null, number | null
 * }
 * await engine.close()
 * ```
 */
export function windows<
  T extends Table,
  const S extends WindowSelect<T>,
  const C extends ColumnName<T> = never,
>(table: T, options: WindowsOptions<T, C, S>): Query<Window<T, C, S>> {
  return windowsQuery(table, options, 'start') as Query<Window<T, C, S>>
}

/** The query of `windows`, with the start of a window under another name. */
export function windowsQuery(
  table: Table,
  {
    every,
    select,
    by = [],
    zone = 'UTC',
    fill = 'none',
    where,
    ...range
  }: WindowsOptions<Table, string, WindowSelect<Table>>,
  startName: string,
): Query<unknown> {
  const wanted = Object.entries<readonly WindowAggregate[] | undefined>(select).flatMap(
    ([column, found = []]) =>
      [...new Set(found)].map((aggregate) => ({ column, aggregate, name: `${aggregate}_${column}` })),
  )
  if (wanted.length === 0) throw new TypeError('`select` expected an aggregate of a column, got none')
  for (const { column, aggregate } of wanted) {
    readingValueSql(table, column) // refuses columns that are not numeric
    checkAggregate(aggregate)
  }
  checkFill(fill)
  const windowIn = windowSql(every, zone)
  const columnOf = ({ aggregate }: { aggregate: string }): Column =>
    aggregate === 'count' ? { type: 'bigint' } : { type: 'double', nullable: true }
  const identity = identityColumns(table, by, [startName, ...wanted.map(({ name }) => name)])
  const columns = Object.fromEntries([
    ...identity,
    [startName, { type: 'timestamp' }] as [string, Column],
    ...wanted.map((one): [string, Column] => [one.name, columnOf(one)]),
  ])
  const names = identity.map(([name]) => quoteIdentifier(name))
  const time = quoteIdentifier(eventTimeColumn(table))
  const sql = (dialect: Dialect): string => {
    const window = windowIn(dialect)
    const conditions = [
      ...(where === undefined ? [] : [`(${where})`]),
      ...timeRangeConditions(table, range, dialect.partitionColumns(table)),
    ]
    const values = [...new Set(wanted.map(({ column }) => column))]
    const nexts = [
      ...new Set(wanted.filter(({ aggregate }) => needsNext(aggregate)).map(({ column }) => column)),
    ]
    // Names defined here contain a space, so they differ from every column of the table.
    const valueName = (column: string) => quoteIdentifier(`${column} value`)
    const nextName = (column: string) => quoteIdentifier(`next ${column}`)
    const readings = `(
    SELECT
      ${lines(
        ...names,
        `${window.key(time)} AS "the window"`,
        `${time} AS "the time"`,
        ...values.map((column) => `${readingValueSql(table, column, dialect)} AS ${valueName(column)}`),
      )}
    FROM ${sqlTableName(table)}${whereClause(conditions).replaceAll('\n', '\n    ')}
  ) AS "readings"`
    const inOrder =
      nexts.length === 0
        ? readings
        : `(
    SELECT *,
      ${lines(
        ...nexts.map((column) => {
          const group = [...names, '"the window"', `${valueName(column)} IS NULL`].join(', ')
          return `lead("the time") OVER (PARTITION BY ${group} ORDER BY "the time", ${valueName(column)}) AS ${nextName(column)}`
        }),
      )}
    FROM ${readings}
  ) AS "readings in order"`
    const grouped = [...names, '"the window"']
    const found = wanted.map(({ column, aggregate, name }) => {
      const text = windowAggregateSql(
        aggregate,
        {
          time: '"the time"',
          value: valueName(column),
          next: nextName(column),
          end: window.start(`(${window.later('"the window"', '1')})`),
        },
        dialect,
      )
      return `${text} AS ${quoteIdentifier(name)}`
    })
    const steps = [
      `"windows" AS (
  SELECT
    ${[...grouped, ...found].join(',\n    ')}
  FROM ${inOrder}
  GROUP BY ${grouped.join(', ')}
)`,
    ]
    if (fill !== 'none') {
      steps.push(
        filledWindowsSql({
          identity: names,
          values: wanted.map((one) => ({ name: one.name, type: columnOf(one).type as 'double' | 'bigint' })),
          window,
          first: range.from && timestampLiteral(range.from),
          last: range.to && timestampLiteral(new Date(range.to.getTime() - 1)),
          fill,
          dialect,
        }),
      )
    }
    const start = quoteIdentifier(startName)
    return `WITH ${steps.join(',\n')}
SELECT ${[
      ...names,
      `${window.start('"the window"')} AS ${start}`,
      ...wanted.map(({ name }) => quoteIdentifier(name)),
    ].join(', ')}
FROM ${fill === 'none' ? '"windows"' : '"filled windows"'}
ORDER BY ${[...names, start].join(', ')}`
  }
  return { sql, columns }
}

function lines(...texts: string[]): string {
  return texts.join(',\n      ')
}
