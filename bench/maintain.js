import { readFile } from 'node:fs/promises'
import { parseArgs, parseEnv } from 'node:util'
import { hourlyAverages } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'

/**
 * A day of many small imports into an Iceberg table on a running stack: its files and the time of a query, before and after `maintain`.
 * `node bench/maintain.js --env FOLDER/.env [--imports 1000]`. The table `maintain_bench` must not exist; it is dropped in the end.
 */
const { values } = parseArgs({
  options: { env: { type: 'string', default: '.env' }, imports: { type: 'string', default: '1000' } },
})
const env = parseEnv(await readFile(values.env, 'utf8'))
const imports = Number(values.imports)
const table = defineTable({
  name: 'maintain_bench',
  columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
  format: 'iceberg',
})
const lake = await openLake({ tables: [table], profile: 'stack', env })
const start = Date.parse('2026-01-05')
const millis = 86_400_000 / imports

async function best(work) {
  const times = []
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return Math.round(Math.min(...times))
}
const query = async () => {
  for await (const _row of lake.query(hourlyAverages(table, ['power']), { tables: [table] }));
}
const report = async (when) => {
  const { tables } = await lake.status()
  const { files, bytes } = tables.find((each) => each.table === table.name).lake
  console.log(
    `${when}: ${files} files, ${bytes} bytes, hourly averages in ${await best(query)} ms (best of 5)`,
  )
}

try {
  await lake.register()
  for (let at = 0; at < imports; at += 1) {
    const rows = Array.from({ length: 10 }, (_, row) => ({
      event_timestamp: new Date(start + Math.floor(at * millis) + row),
      power: at + row,
    }))
    await lake.write(table, rows)
  }
  await report(`after ${imports} imports of 10 rows`)
  const began = performance.now()
  const { storedBefore, storedAfter } = await lake.maintain(table)
  console.log(`maintain took ${Math.round(performance.now() - began)} ms`)
  await report('after maintain')
  const stored = ({ files, bytes }) => `${files} objects, ${bytes} bytes`
  console.log(
    `in the bucket: ${stored(storedBefore)} before, ${stored(storedAfter)} after (the old snapshots have not expired)`,
  )
  const expired = await lake.maintain(table, { expireAfterSeconds: 0 })
  console.log(`after expiry of ${expired.expired} snapshots: ${stored(expired.storedAfter)}`)
} finally {
  await lake.drop(table, { data: true, remove: true }).catch(console.error)
  await lake.close()
}
