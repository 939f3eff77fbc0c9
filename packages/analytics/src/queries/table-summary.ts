import { columnsOf, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import { query } from '../query.js'

/** How many rows a table has, and the time of its first and last reading (null when it has none, or no timestamp). */
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
