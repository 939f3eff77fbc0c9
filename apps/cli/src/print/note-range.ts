import { tableSummary, type TimeRange } from '@minilake/analytics'
import type { Lake, QueryOptions } from '@minilake/lake'
import type { Table } from '@minilake/schema'
import type { Terminal } from './terminal.js'

/**
 * After a query without rows: notes the first and the last reading that its table has, at the same moment in its history; nothing if the
 * table has readings in `range`.
 */
export async function noteRange(
  { lake, terminal }: { lake: Lake; terminal: Terminal },
  options: QueryOptions & { tables: [Table] },
  range?: TimeRange,
): Promise<void> {
  const [table] = options.tables
  if (range)
    for await (const { rows } of lake.query(tableSummary(table, range), options)) if (rows > 0n) return
  for await (const { first, last } of lake.query(tableSummary(table), options)) {
    if (first === null || last === null) return
    terminal.note(
      `no rows: table ${table.name} has readings from ${first.toISOString()} to ${last.toISOString()}`,
    )
  }
}
