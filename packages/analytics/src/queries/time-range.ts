import {
  eventTimeColumn,
  partitionsOf,
  quoteIdentifier,
  quoteLiteral,
  type Table,
  timestampLiteral,
} from '@minilake/schema'
import type { Query } from '../query.js'

/** Selects readings by time: at or after `from` and before `to`. Default: all. */
export interface TimeRange {
  /** Start of the range, to the millisecond. Default: none. */
  from?: Date
  /** End of the range, not included, to the millisecond. Default: none. */
  to?: Date
}

/**
 * SQL conditions for a time range. They include the columns of partitions by day: engines do not infer the day from the time
 * (trino#12245), and would read the folders of all days. An Iceberg table has no such columns in Trino, and needs none.
 */
export function timeRangeConditions(
  table: Table,
  { from, to }: TimeRange,
  partitions = partitionsOf(table),
): string[] {
  if (from === undefined && to === undefined) return []
  const time = eventTimeColumn(table)
  const conditions: string[] = []
  if (from) conditions.push(`${quoteIdentifier(time)} >= ${timestampLiteral(from)}`)
  if (to) conditions.push(`${quoteIdentifier(time)} < ${timestampLiteral(to)}`)
  for (const [name, partition] of partitions) {
    if (partition.from !== time) continue
    if (from) conditions.push(`${quoteIdentifier(name)} >= ${quoteLiteral(utcDate(from))}`)
    if (to)
      conditions.push(`${quoteIdentifier(name)} <= ${quoteLiteral(utcDate(new Date(to.getTime() - 1)))}`)
  }
  return conditions
}

/** SQL with the conditions of a time range: one text, or a text for each engine if the table has other columns in each. */
export function timeRangeSql(
  table: Table,
  range: TimeRange,
  write: (conditions: readonly string[]) => string,
): Query<unknown>['sql'] {
  if (table.format !== 'iceberg') return write(timeRangeConditions(table, range))
  return (dialect) => write(timeRangeConditions(table, range, dialect.partitionColumns(table)))
}

/** A WHERE clause that starts on a new line; '' if there are no conditions. */
export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `\nWHERE ${conditions.join('\n  AND ')}`
}

function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10)
}
