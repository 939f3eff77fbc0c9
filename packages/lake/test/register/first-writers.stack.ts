import type { SqlEngine } from '@minilake/analytics'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { registerTables } from '../../src/register/register-tables.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const plain = defineTable({ name: 'plain', columns: turbine.columns })
const lakes: Lake[] = []
let remove: () => Promise<void>
beforeAll(async () => {
  const temporary = await temporaryFolder()
  remove = temporary.remove
  for (let count = 0; count < 4; count += 1)
    lakes.push(await openLake({ ...stackOptions(stack), tables: [turbine, plain], cwd: temporary.folder }))
})
afterAll(async () => {
  for (const lake of lakes) await lake.close()
  await remove()
})

/** Registers tables with all lakes at once; rejects with the first failure. */
const registerAtOnce = (of: readonly Lake[]) => Promise.all(of.map((lake) => lake.register()))

test('the first writers of an empty metastore, at once, find what another one has created', async () => {
  for (let round = 0; round < 3; round += 1) {
    await emptyLake(stack)
    await registerAtOnce(lakes)
    for await (const row of (lakes[0] as Lake).query('SELECT count(*) AS n FROM hive.iot_dw.plain'))
      expect(row).toEqual({ n: 0n })
  }
}, 300_000)

test('a column that another process adds a moment earlier is there', { timeout: 300_000 }, async () => {
  await emptyLake(stack)
  await lakes[0]?.register()
  const columns = { ...turbine.columns, load: { type: 'real', nullable: true } } as const
  const engine = engineOf(stack)
  const second: SqlEngine = {
    ...engine,
    execute: async (statement) => {
      if (statement.startsWith('ALTER TABLE')) await engine.execute(statement)
      await engine.execute(statement)
    },
  }
  const report = await registerTables([{ ...turbine, columns }], {
    engine: second,
    store: storeOf(stack),
    location: 's3://iot-time-series/',
    resumeAfterSeconds: 60,
    shapeDifference: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
  })
  await engine.close()
  expect(report.changes).toEqual(['table hive.iot_dw.turbine: new column load'])
})
