import {
  alarmCount,
  alarmEpisodes,
  deliveryCounts,
  hourlyAverages,
  hourlyStatistics,
  type Query,
  sqlText,
} from '@minilake/analytics'
import { batchesOf, defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const table = defineTable({ ...turbine, format: 'iceberg' })

test('in the embedded profile a query of one day reads the files of that day only', async () => {
  const { lake } = await freshLake({ tables: [table] })
  const days = Array.from({ length: 9 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day, 12)))
  const rows = days.map((time) => ({ event_timestamp: time, turbine_id: 'a', power: 3100 }))
  await lake.write(table, batchesOf(table, rows))
  const range = { from: new Date('2026-01-05T00:00:00Z'), to: new Date('2026-01-06T00:00:00Z') }
  const queries: Record<string, Query<unknown>> = {
    alarmCount: alarmCount(table, range),
    alarmEpisodes: alarmEpisodes(table, range),
    deliveryCounts: deliveryCounts(table, range),
    hourlyAverages: hourlyAverages(table, ['power'], range),
    hourlyStatistics: hourlyStatistics(table, range),
  }
  for (const [name, query] of Object.entries(queries)) {
    let plan = ''
    const explained: Query<object> = { sql: (dialect) => `EXPLAIN ANALYZE ${sqlText(query, dialect)}` }
    for await (const row of lake.query(explained)) plan += Object.values(row).join('\n')
    const read = [...plan.matchAll(/Total Files Read: (\d+)/g)].map(([, files]) => Number(files))
    expect([name, ...new Set(read)]).toEqual([name, 1])
  }
})
