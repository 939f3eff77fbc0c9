import { type ColumnName, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import { identityColumns } from './identity.js'
import { query, type Query } from '../query.js'
import { type TimeRange, timeRangeConditions, whereClause } from './time-range.js'

/** Which readings are counted, and what tells them apart. */
export interface DeliveryCountsOptions<T extends Table> extends TimeRange {
  /** The columns that, with the time of a reading, tell it from others. Default: those of type varchar. */
  by?: readonly ColumnName<T>[]
}

/**
 * How many rows each UTC day ('YYYY-MM-DD') has, and how many different readings they are, in order of days; days without
 * rows are left out. Rows of one moment and one source are one reading, delivered more than once.
 */
export function deliveryCounts<T extends Table>(
  table: T,
  { by, ...range }: DeliveryCountsOptions<T> = {},
): Query<{ day: string; rows: bigint; readings: bigint }> {
  const time = quoteIdentifier(eventTimeColumn(table))
  const day = `CAST(${time} AS DATE)`
  const source = [day, ...identityColumns(table, by).map(([name]) => quoteIdentifier(name))].join(', ')
  // The different times of each source take engines less memory than the different pairs of source and time.
  return query(
    `WITH "sources" AS (
  SELECT
    ${day} AS "the day",
    count(*) AS "its rows",
    count(DISTINCT ${time}) AS "its times"
  FROM ${sqlTableName(table)}${whereClause(timeRangeConditions(table, range)).replaceAll('\n', '\n  ')}
  GROUP BY ${source}
)
SELECT
  "the day" AS "day",
  CAST(sum("its rows") AS BIGINT) AS "rows",
  CAST(sum("its times") AS BIGINT) AS "readings"
FROM "sources"
GROUP BY "the day"
ORDER BY "the day"`,
    { day: { type: 'date' }, rows: { type: 'bigint' }, readings: { type: 'bigint' } },
  )
}
