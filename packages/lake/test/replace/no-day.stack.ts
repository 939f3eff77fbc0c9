import { freeSql } from '@minilake/analytics'
import type { Table } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const store = storeOf(stack)
const keyed = { ...turbine, key: ['turbine_id', 'event_timestamp'] } as const
const row = { event_timestamp: new Date('2026-01-05T00:00:00Z'), turbine_id: 't1', power: 1, starts: null }
const strays = ['turbine/backup/other.parquet', 'turbine/event_date=yesterday/other.parquet']
let folder: string
let removeFolder: () => Promise<void>
let lake: Lake
const open = (options: { tables: Table[]; resumeAfterSeconds?: number }) =>
  openLake({ ...stackOptions(stack), ...options, cwd: folder, maintainCredentials: stack.maintainer })
beforeAll(async () => {
  ;({ folder, remove: removeFolder } = await temporaryFolder())
  await emptyLake(stack)
  lake = await open({ tables: [keyed] })
}, 120_000)
afterAll(async () => {
  await lake.close()
  await removeFolder()
})

async function all(sql: string): Promise<unknown[]> {
  const engine = engineOf(stack)
  const found: unknown[] = []
  for await (const each of engine.query(freeSql(sql))) found.push(Object.values(each)[0])
  await engine.close()
  return found
}
const powers = () => all(`SELECT power FROM hive.iot_dw.turbine WHERE event_date = '2026-01-05'`)
const partitions = () => all('SELECT event_date FROM hive.iot_dw."turbine$partitions" ORDER BY 1')

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

test('folders that are no day are named, left alone, and keep no command from a day', async () => {
  const { keys } = await lake.write(keyed, [row])
  const bytes = await store.read(keys[0] ?? '')
  for (const stray of strays) await store.write(stray, [bytes])

  expect((await lake.register()).differences).toEqual([])
  expect(await partitions()).toEqual(['2026-01-05', 'yesterday'])
  const [verification] = await lake.verify()
  const doctor = (await lake.doctor({ deep: true })).find(({ state }) => state === 'failed')
  expect(JSON.stringify(verification)).toContain(strays[1])
  expect(JSON.stringify(doctor)).toContain(strays[0])

  await lake.write(keyed, [{ ...row, power: 2 }], { mode: 'merge' })
  expect(await powers()).toEqual([2])
  await lake.write(keyed, [{ ...row, power: 3 }], { mode: 'overwrite-partitions' })
  expect(await powers()).toEqual([3])

  const { columns, ...definition } = keyed
  const { starts: _, ...fewer } = columns
  const narrow: Table = { ...definition, columns: fewer }
  const narrowed = await open({ tables: [narrow] })
  await expect(narrowed.rewrite(narrow, { drop: ['starts'], rewrite: true })).rejects.toThrow(
    `nothing was rewritten: ${store.location}/${strays[1]}`,
  )
  await narrowed.close()
  expect(await powers()).toEqual([3])

  const fifth = { from: new Date('2026-01-05'), to: new Date('2026-01-06') }
  expect(await lake.remove(keyed, { ...fifth, remove: true })).toMatchObject({ files: 1 })
  expect(await partitions()).toEqual(['yesterday'])
  expect(await keysBelow('turbine/')).toEqual(strays)
}, 180_000)

test('doctor names a sign of life of a change that is over; a rerun removes it once it is old', async () => {
  const sign = '_intents/turbine/event_date=2026-01-05/1c2d9d0e-3f4a-4b5c-8d6e-7f8091a2b3c4.0.owner.json'
  await store.write(sign, [new TextEncoder().encode('{"count":1}\n')])
  const finding = `none is unfinished; 1 object of a change that is over, such as ${sign}`
  expect((await lake.doctor()).find(({ check }) => check === 'changes')).toMatchObject({
    ...{ state: 'ok', finding: expect.stringContaining(finding) },
  })
  await lake.write(keyed, [row], { mode: 'merge' })
  expect(await keysBelow('_intents/')).toEqual([sign])
  const later = await open({ tables: [keyed], resumeAfterSeconds: 1 })
  await later.write(keyed, [row], { mode: 'merge' })
  await later.close()
  expect(await keysBelow('_intents/')).toEqual([])
}, 120_000)
