import {
  type AlarmRule,
  type ColumnName,
  columnsOf,
  type ColumnType,
  eventTimeColumn,
  type NumericColumnName,
  quoteIdentifier,
  sqlTableName,
  type Table,
  type ValueOf,
} from '@minilake/schema'
import type { Query } from '../query.js'
import { aboveSql } from './reading-sql.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** Selects alarm rows: readings above a limit. */
export interface AlarmOptions<T extends Table> extends TimeRange {
  /** The monitored column. Default: the table's only column with a `highLimit`. */
  column?: NumericColumnName<T>
  /** The limit, in the column's unit: a reading strictly above it is an alarm row. Default: the column's `highLimit`. */
  above?: number
}

/** When an alarm is raised and when it ends. Defaults come from the column's definition, else 0. */
export interface AlarmRuleOptions<T extends Table> extends Pick<AlarmOptions<T>, 'column' | 'above'> {
  /** How far below `above` a reading must fall for the alarm condition to end, in the column's unit. */
  deadband?: number
  /** How long the condition must last before an alarm is raised, to the millisecond. */
  onDelaySeconds?: number
  /** How long the condition must be absent before the alarm ends, to the millisecond. */
  offDelaySeconds?: number
}

/** The number of rows above the limit, as `alarms`. NaN is not above it. Throws a TypeError if column or limit is not determined. */
export function alarmCount<T extends Table>(
  table: T,
  options: AlarmOptions<T> = {},
): Query<{ alarms: bigint }> {
  const sql = alarmSql(
    table,
    options,
    (where) => `SELECT count(*) AS "alarms"\nFROM ${sqlTableName(table)}${where}`,
  )
  return { sql, columns: { alarms: { type: 'bigint' } } }
}

/** The rows above the limit with all columns, ordered by time. `limit` is the maximum number of rows; default: all. */
export function alarmRows<T extends Table>(
  table: T,
  { limit, ...options }: AlarmOptions<T> & { limit?: number } = {},
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
    sql: alarmSql(table, options as AlarmOptions<T>, (where) =>
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

/** The column and limit of alarms: those given, else the table's. Throws a TypeError if the table does not determine them. */
export function alarmLimit<T extends Table>(
  table: T,
  { column, above }: Pick<AlarmOptions<T>, 'column' | 'above'> = {},
): { column: NumericColumnName<T>; above: number } {
  const limited = columnsOf(table).filter(([, { highLimit }]) => highLimit !== undefined)
  const watched = column ?? (limited.length === 1 ? limited[0]?.[0] : undefined)
  if (watched === undefined) {
    const found = limited.map(([name]) => name).join(', ') || 'none'
    throw new TypeError(
      `alarms on table ${table.name} expected a column option, or exactly one column with a highLimit, got ${found}`,
    )
  }
  const limit = above ?? table.columns[watched]?.highLimit
  if (limit === undefined) {
    throw new TypeError(
      `alarms on table ${table.name} expected a limit (above): column ${watched} has no highLimit`,
    )
  }
  return { column: watched as NumericColumnName<T>, above: limit }
}

/**
 * The column and rule of alarms: the options given, else the column's. Throws a TypeError if column or limit is not determined,
 * and a RangeError for a limit, deadband or delay out of range.
 */
export function alarmRule<T extends Table>(
  table: T,
  { deadband, onDelaySeconds, offDelaySeconds, ...limit }: AlarmRuleOptions<T> = {},
): { column: NumericColumnName<T>; rule: AlarmRule } {
  const { column, above } = alarmLimit(table, limit)
  const own = table.columns[column]
  const rule = {
    above,
    deadband: deadband ?? own?.deadband ?? 0,
    onDelaySeconds: onDelaySeconds ?? own?.onDelaySeconds ?? 0,
    offDelaySeconds: offDelaySeconds ?? own?.offDelaySeconds ?? 0,
  }
  checkNumber('above', rule.above, -Number.MAX_VALUE, Number.MAX_VALUE)
  checkNumber('deadband', rule.deadband, 0, Number.MAX_VALUE)
  checkNumber('onDelaySeconds', rule.onDelaySeconds, 0, longestDelaySeconds)
  checkNumber('offDelaySeconds', rule.offDelaySeconds, 0, longestDelaySeconds)
  return { column, rule }
}

/** The maximum number of seconds in an INTERVAL of Trino. */
const longestDelaySeconds = 2 ** 31 - 1

function checkNumber(name: string, value: number, least: number, greatest: number): void {
  if (value >= least && value <= greatest) return
  throw new RangeError(`alarm rule: ${name} expected a number from ${least} to ${greatest}, got ${value}`)
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

function alarmSql<T extends Table>(
  table: T,
  { column, above, ...range }: AlarmOptions<T>,
  write: (where: string) => string,
): Query<unknown>['sql'] {
  const limit = alarmLimit(table, { ...(column && { column }), ...(above !== undefined && { above }) })
  const isAbove = aboveSql(table, limit.column, limit.above)
  return timeRangeSql(table, range, (conditions) => write(whereClause([isAbove, ...conditions])))
}
