import { columnsOf, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import { query } from '../query.js'

/** The number of rows in a table, and the times of its first and last reading (null without rows, or without a timestamp column). */
export function tableSummary(table: Table) {
  const hasTime = columnsOf(table).some(([, { type }]) => type === 'timestamp')
  const time = hasTime ? quoteIdentifier(eventTimeColumn(table)) : 'CAST(NULL AS TIMESTAMP)'
  return query(
    `SELECT count(*) AS "rows", min(${time}) AS "first", max(${time}) AS "last"\nFROM ${sqlTableName(table)}`,
    {
      rows: { type: 'bigint' },
      first: { type: 'timestamp', nullable: true },
      last: { type: 'timestamp', nullable: true },
    },
  )
}
