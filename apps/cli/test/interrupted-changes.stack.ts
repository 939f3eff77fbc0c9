import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Minilake } from './run-minilake.js'
import { administratorStoreOf, emptyLake, stackFolder, storeOf } from './stack-folder.js'

const stack = inject('stack')
const day = 'turbine/event_date=2026-01-01/'
const wait = `waiting for another process that is changing s3://${stack.bucket}/${day}\n`
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
  const columns = { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } }
  const partitions = { event_date: { from: 'event_timestamp', by: 'day' } }
  await writeFile(
    join(folder, 'minilake.config.json'),
    JSON.stringify({ tables: [{ name: 'turbine', columns, partitions }] }),
  )
  const rows = ['2026-01-01T00:00:00Z,1', '2026-01-02T00:00:00Z,2']
  for (const [index, row] of rows.entries())
    await writeFile(join(folder, `${index}.csv`), `event_timestamp,power\n${row}\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('catalog and import say which partition they wait for', { timeout: 120_000 }, async () => {
  expect(await minilake('import', '0.csv', '--out', 'out')).toMatchObject({ code: 0 })
  expect(await minilake('ingest')).toMatchObject({ code: 0 })
  // A process died in the middle of a change, when the day had left the catalog.
  const intent = { id: 'i', table: 'turbine', folder: day, add: [], remove: [] }
  const bytes = new TextEncoder().encode(JSON.stringify({ ...intent, startedAt: '2026-01-05T10:20:00.000Z' }))
  await storeOf(stack).write(`_intents/${day}intent.json`, [bytes])

  const catalog = await minilake('catalog', '--resume-after', '2s')
  expect([catalog.code, catalog.stderr]).toEqual([0, wait])
  const imported = await minilake('import', '1.csv', '--resume-after', '2s')
  expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining(wait)])
  expect(imported.stderr).toContain(`an interrupted change of s3://${stack.bucket}/${day}`)
  const left = []
  for await (const { key } of administratorStoreOf(stack).list('_intents/')) left.push(key)
  expect(left).toEqual([])
})
