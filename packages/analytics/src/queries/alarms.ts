import {
  type ColumnName,
  columnsOf,
  type ColumnType,
  eventTimeColumn,
  quoteIdentifier,
  sqlTableName,
  type Table,
  type ValueOf,
} from '@minilake/schema'
import type { Query } from '../query.js'
import { rulesOf, type RulesOptions } from './alarm-rule.js'
import { beyondSql } from './reading-sql.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** Selects alarm rows: readings beyond a limit of the rules. */
export interface AlarmOptions extends RulesOptions, TimeRange {}

/** The number of rows beyond a limit, as `rows`. NaN never is. Throws a TypeError for a table without rules. */
export function alarmCount(table: Table, options: AlarmOptions = {}): Query<{ rows: bigint }> {
  const sql = alarmSql(
    table,
    options,
    (where) => `SELECT count(*) AS "rows"\nFROM ${sqlTableName(table)}${where}`,
  )
  return { sql, columns: { rows: { type: 'bigint' } } }
}

/** The rows beyond a limit with all columns, ordered by time. `limit` is the maximum number of rows; default: all. */
export function alarmRows<T extends Table>(
  table: T,
  { limit, ...options }: AlarmOptions & { limit?: number } = {},
): Query<{ [C in ColumnName<T>]: ValueOf<T['columns'][C]> }> {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new RangeError(`limit expected a whole number, got ${limit}`)
  }
  const names = columnsOf(table).map(([name]) => quoteIdentifier(name))
  const time = eventTimeColumn(table)
  // Columns that are not readings order the rows of one moment, so that every engine returns the same order.
  const ties = columnsOf(table).filter(([name, { type }]) => name !== time && breaksTies[type])
  const order = [time, ...ties.map(([name]) => name)].map(quoteIdentifier)
  return {
    sql: alarmSql(table, options, (where) =>
      [
        `SELECT ${names.join(', ')}`,
        `FROM ${sqlTableName(table)}${where}`,
        `ORDER BY ${order.join(', ')}`,
        ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
      ].join('\n'),
    ),
    columns: table.columns as NonNullable<ReturnType<typeof alarmRows<T>>['columns']>,
  }
}

const breaksTies: Record<ColumnType, boolean> = {
  timestamp: true,
  date: true,
  bigint: true,
  integer: true,
  boolean: true,
  varchar: true,
  double: false,
  real: false,
}

function alarmSql(
  table: Table,
  { rules, ...range }: AlarmOptions,
  write: (where: string) => string,
): Query<unknown>['sql'] {
  const limits = rulesOf(table, rules).map(({ column, side, limit }) => beyondSql(table, column, side, limit))
  const [only, second] = limits
  const beyond = second === undefined ? only : `(${limits.map((each) => `(${each})`).join(' OR ')})`
  return timeRangeSql(table, range, (conditions) => write(whereClause([beyond as string, ...conditions])))
}
