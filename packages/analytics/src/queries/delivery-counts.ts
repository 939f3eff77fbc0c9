import { type ColumnName, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import { identityColumns } from './identity.js'
import type { Query } from '../query.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** Options of `deliveryCounts`. */
export interface DeliveryCountsOptions<T extends Table> extends TimeRange {
  /** The columns that, with the time, identify a reading. Default: those of type varchar. */
  by?: readonly ColumnName<T>[]
}

/**
 * The number of rows and of distinct readings per UTC day ('YYYY-MM-DD'), ordered by day, without empty days. Rows with the
 * same time and source are one reading, delivered several times.
 */
export function deliveryCounts<T extends Table>(
  table: T,
  { by, ...range }: DeliveryCountsOptions<T> = {},
): Query<{ day: string; rows: bigint; readings: bigint }> {
  const time = quoteIdentifier(eventTimeColumn(table))
  const day = `CAST(${time} AS DATE)`
  const source = [day, ...identityColumns(table, by).map(([name]) => quoteIdentifier(name))].join(', ')
  // Counting distinct times per source takes engines less memory than counting distinct pairs of source and time.
  const sql = timeRangeSql(
    table,
    range,
    (conditions) =>
      `WITH "sources" AS (
  SELECT
    ${day} AS "the day",
    count(*) AS "its rows",
    count(DISTINCT ${time}) AS "its times"
  FROM ${sqlTableName(table)}${whereClause(conditions).replaceAll('\n', '\n  ')}
  GROUP BY ${source}
)
SELECT
  "the day" AS "day",
  CAST(sum("its rows") AS BIGINT) AS "rows",
  CAST(sum("its times") AS BIGINT) AS "readings"
FROM "sources"
GROUP BY "the day"
ORDER BY "the day"`,
  )
  return { sql, columns: { day: { type: 'date' }, rows: { type: 'bigint' }, readings: { type: 'bigint' } } }
}
