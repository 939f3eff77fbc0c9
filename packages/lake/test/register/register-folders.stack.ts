import { randomUUID } from 'node:crypto'
import { freeSql, type SqlEngine } from '@minilake/analytics'
import { hiveTable } from '@minilake/catalog'
import { defineTable, type Table } from '@minilake/schema'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import { registerFolders } from '../../src/register/register-folders.js'
import { intentBytes, intentKey } from '../../src/replace/intent.js'
import { emptyLake, engineOf, storeOf } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const location = 's3://iot-time-series/'
const plain = defineTable({ name: 'plain', columns: turbine.columns })
const store = storeOf(stack)
let engine: SqlEngine
beforeEach(async () => {
  await emptyLake(stack)
  engine = engineOf(stack)
  await engine.execute("CREATE SCHEMA hive.iot_dw WITH (location = 's3://iot-time-series/iot_dw/')")
})
afterEach(() => engine.close())

const folderOf = (day: string) => `turbine/event_date=${day}/`
const write = (day: string) => store.write(`${folderOf(day)}a.parquet`, [new Uint8Array(8)])
/** Removes what tests may: the publishing user may not remove data files. */
const remover = () => storeOf({ ...stack, credentials: stack.administrator })

/** Writes an intent whose owner gives no sign of life. */
async function intend(folder: string): Promise<void> {
  const startedAt = new Date()
  const intent = { id: randomUUID(), table: 'turbine', folder, add: [], remove: [] }
  await store.write(intentKey(folder), [intentBytes({ ...intent, startedAt: startedAt.toISOString() })])
}

const register = (
  table: Table = turbine,
  using: { engine?: SqlEngine; store?: LakeStore; onWait?: (folder: string) => void } = {},
) =>
  registerFolders(table, {
    ...{ engine, store, location, resumeAfterSeconds: 8, signal: new AbortController().signal },
    ...using,
  })

async function rows(sql: string): Promise<unknown[]> {
  const found = []
  for await (const row of engine.query(freeSql(sql))) found.push(Object.values(row)[0])
  return found
}
const partitions = () => rows('SELECT event_date FROM hive.iot_dw."turbine$partitions" ORDER BY 1')
const tables = () => rows('SHOW TABLES FROM hive.iot_dw')

/** An engine that runs `work` once, right before or after its first statement that matches. */
function engineWith(pattern: RegExp, moment: 'before' | 'after', work: () => Promise<unknown>): SqlEngine {
  let isDone = false
  return {
    ...engine,
    execute: async (statement) => {
      const isNow = !isDone && pattern.test(statement)
      isDone ||= isNow
      if (isNow && moment === 'before') await work()
      await engine.execute(statement)
      if (isNow && moment === 'after') await work()
    },
  }
}

test('partitions are registered and unregistered by name; a folder without a data file is none', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  for (const day of ['2026-01-01', '2026-01-02']) await write(day)
  await store.write('turbine/event_date=2026-01-03/readme.txt', [])
  await store.write('turbine/other/a.parquet', [])
  expect((await register()).sort()).toEqual([
    expect.stringMatching(/register_partition.*2026-01-01/),
    expect.stringMatching(/register_partition.*2026-01-02/),
  ])
  expect(await partitions()).toEqual(['2026-01-01', '2026-01-02'])
  await remover().remove(`${folderOf('2026-01-01')}a.parquet`)
  expect(await register()).toEqual([expect.stringMatching(/unregister_partition.*2026-01-01/)])
  expect(await partitions()).toEqual(['2026-01-02'])
  expect(await register()).toEqual([])
})

test.each([2, 100])(
  'folders of other programs that can be no partition do not keep %d others out',
  async (many) => {
    await engine.execute(hiveTable(turbine, { location }))
    const days = Array.from({ length: many }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    )
    await Promise.all(days.map(write))
    const registered = [...days, 'abc', null]
    for (const folder of [
      '',
      '2026-01-01 00:00:00',
      '2026%2D01%2D01',
      '%00',
      'abc',
      '__HIVE_DEFAULT_PARTITION__',
    ])
      await store.write(`turbine/event_date=${folder}/a.parquet`, [new Uint8Array(8)])
    expect(await register()).toHaveLength(registered.length)
    expect(await partitions()).toEqual(registered)
    expect(await register()).toEqual([])
  },
)

test('a partition whose change a dead process left is not registered; a living one is waited for; both are named', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) await write(day)
  await intend(folderOf('2026-01-01'))
  await intend(folderOf('2026-01-02'))
  setTimeout(() => void remover().remove(intentKey(folderOf('2026-01-01'))), 2_000)
  const waitedFor: string[] = []
  await register(turbine, { onWait: (folder) => void waitedFor.push(folder) })
  expect(waitedFor).toEqual([folderOf('2026-01-01'), folderOf('2026-01-02')])
  expect(await partitions()).toEqual(['2026-01-01', '2026-01-03'])
})

test('a partition that got an intent right before it was registered is unregistered, and waited for', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  await write('2026-01-01')
  let atEnd: unknown[] | undefined
  const late = engineWith(/register_partition/, 'before', async () => {
    await intend(folderOf('2026-01-01'))
    setTimeout(() => {
      void partitions().then(async (found) => {
        atEnd = found
        await remover().remove(intentKey(folderOf('2026-01-01')))
      })
    }, 3_000)
  })
  const statements = await register(turbine, { engine: late })
  expect(statements.map((statement) => /\w*register_partition/.exec(statement)?.[0])).toEqual([
    'register_partition',
    'unregister_partition',
    'register_partition',
  ])
  expect(atEnd).toEqual([])
  expect(await partitions()).toEqual(['2026-01-01'])
})

test('a partition that was filled again while it was unregistered is registered', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  await write('2026-01-01')
  await register()
  await remover().remove(`${folderOf('2026-01-01')}a.parquet`)
  await register(turbine, { engine: engineWith(/unregister_partition/, 'before', () => write('2026-01-01')) })
  expect(await partitions()).toEqual(['2026-01-01'])
})

test('many new partitions are found by one scan, and those that got an intent meanwhile are unregistered', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  const days = Array.from({ length: 120 }, (_, day) =>
    new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
  )
  for (const day of days) await write(day)
  const late = engineWith(/sync_partition_metadata/, 'before', async () => {
    await write('2026-12-31') // a partition that was not there when they were listed
    await intend(folderOf('2026-12-31'))
  })
  expect(await register(turbine, { engine: late })).toEqual([
    expect.stringContaining(`'ADD'`),
    expect.stringMatching(/unregister_partition.*2026-12-31/),
  ])
  expect(await partitions()).toEqual(days)
})

test('two processes register the same partitions at once', async () => {
  await engine.execute(hiveTable(turbine, { location }))
  for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) await write(day)
  await Promise.all([register(), register()])
  expect(await partitions()).toHaveLength(3)
})

test('an unpartitioned table is not created while its change stands, also not by a statement already on its way', async () => {
  await intend('plain/')
  expect(await register(plain)).toEqual([])
  expect(await tables()).toEqual([])
  await remover().remove(intentKey('plain/'))
  const late = engineWith(/CREATE TABLE/, 'before', () => intend('plain/'))
  await register(plain, { engine: late })
  expect(await tables()).toEqual([])
  await remover().remove(intentKey('plain/'))
  await register(plain)
  expect(await tables()).toEqual(['plain'])
})
