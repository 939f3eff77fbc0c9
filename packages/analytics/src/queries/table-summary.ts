import { columnsOf, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import { query } from '../query.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** The number of rows in a table or in a range of its time, and the times of its first and last reading (null without rows, or without a timestamp column). */
export function tableSummary(table: Table, range: TimeRange = {}) {
  const hasTime = columnsOf(table).some(([, { type }]) => type === 'timestamp')
  const time = hasTime ? quoteIdentifier(eventTimeColumn(table)) : 'CAST(NULL AS TIMESTAMP)'
  const select = `SELECT count(*) AS "rows", min(${time}) AS "first", max(${time}) AS "last"\nFROM ${sqlTableName(table)}`
  const summary = query(select, {
    rows: { type: 'bigint' },
    first: { type: 'timestamp', nullable: true },
    last: { type: 'timestamp', nullable: true },
  })
  const sql = timeRangeSql(table, range, (conditions) => `${select}${whereClause(conditions)}`)
  const ranged: typeof summary = { ...summary, sql }
  return ranged
}
