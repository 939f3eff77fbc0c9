import {
  eventTimeColumn,
  partitionsOf,
  quoteIdentifier,
  quoteLiteral,
  type Table,
  timestampLiteral,
} from '@minilake/schema'

/** Which readings: those from `from` on and before `to`. Default: all. */
export interface TimeRange {
  /** First moment, to the millisecond. */
  from?: Date
  /** The moment after the last, to the millisecond. */
  to?: Date
}

/**
 * The conditions of a range as SQL. Engines do not see that a time implies its day (trino#12245), so a table partitioned
 * by day gets a condition on the partition column too: only then are the other folders left unread.
 */
export function timeRangeConditions(table: Table, { from, to }: TimeRange): string[] {
  if (from === undefined && to === undefined) return []
  const time = eventTimeColumn(table)
  const conditions: string[] = []
  if (from) conditions.push(`${quoteIdentifier(time)} >= ${timestampLiteral(from)}`)
  if (to) conditions.push(`${quoteIdentifier(time)} < ${timestampLiteral(to)}`)
  for (const [name, partition] of partitionsOf(table)) {
    if (partition.from !== time) continue
    if (from) conditions.push(`${quoteIdentifier(name)} >= ${quoteLiteral(utcDate(from))}`)
    if (to)
      conditions.push(`${quoteIdentifier(name)} <= ${quoteLiteral(utcDate(new Date(to.getTime() - 1)))}`)
  }
  return conditions
}

/** Conditions as a WHERE clause on a line of its own, or nothing. */
export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `\nWHERE ${conditions.join('\n  AND ')}`
}

function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10)
}
