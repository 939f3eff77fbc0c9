import { createHash } from 'node:crypto'
import { utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { memoryStore, type ObjectStore } from '@minilake/ingest'
import { encodeParquet } from '@minilake/parquet'
import { batchesOf, defineTable } from '@minilake/schema'
import { beforeEach, expect, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import type { NewFile } from '../../src/replace/file-change.js'
import { finishIntent, replaceFiles } from '../../src/replace/replace-files.js'
import { intentFolders } from '../../src/replace/intent.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

// How others doubled or lost data, or became slow: Basekick-Labs/arc, issues 157, 188, 224, 226, 357 and 638, and influxdata/influxdb, issue 27301.

const day = { table: 'turbine', folder: 'turbine/event_date=2026-01-05/' }
const signal = new AbortController().signal
const options = { resumeAfterSeconds: 0.1, signal }
const registered = new Set<string>()
const catalog = {
  unregister: (folder: string) => Promise.resolve(void registered.delete(folder)),
  register: (folder: string) => Promise.resolve(void registered.add(folder)),
}
let store: ObjectStore

beforeEach(async () => {
  store = memoryStore()
  registered.add(day.folder)
  for (const name of ['a', 'b'])
    await store.write(`${day.folder}${name}.parquet`, [Buffer.from(`old ${name}`)])
})

function compacted(target: ObjectStore): NewFile {
  const bytes = Buffer.from('old a and old b')
  const etag = createHash('md5').update(bytes).digest('hex')
  return {
    key: `${day.folder}ab.parquet`,
    size: bytes.length,
    etag,
    publish: async (key) => (await target.write(key, [bytes])).written,
  }
}

const compact = (target: ObjectStore) =>
  replaceFiles(
    day,
    (files) =>
      Promise.resolve({
        add: [compacted(target)],
        remove: files.map(({ key }) => key).filter((key) => !key.endsWith('/ab.parquet')),
      }),
    { store: target, catalog },
    options,
  )

async function namesIn(): Promise<string[]> {
  const names: string[] = []
  for await (const { key } of store.list(day.folder)) names.push(key.slice(day.folder.length))
  return names
}

test('deletes that are refused after the new file is there: no reader sees both, and the next command finishes', async () => {
  let isRefused = true
  const refusing: ObjectStore = {
    ...store,
    remove: (key) =>
      isRefused && key.startsWith(day.folder)
        ? Promise.reject(new Error('Access Denied'))
        : store.remove(key),
  }
  await expect(compact(refusing)).rejects.toThrow('half done: run the same command again')
  expect(registered).toEqual(new Set())
  expect(await intentFolders(store, '')).toEqual([day.folder])
  await expect(compact(refusing)).rejects.toThrow('Access Denied')
  expect(registered).toEqual(new Set())
  isRefused = false
  expect(await compact(refusing)).toMatchObject({ added: [], removed: [] })
  expect(await namesIn()).toEqual(['ab.parquet'])
  expect(registered).toEqual(new Set([day.folder]))
  expect(await intentFolders(store, '')).toEqual([])
})

test('an intent is honoured however old it is', async () => {
  const failing: ObjectStore = {
    ...store,
    remove: () => Promise.reject(new Error('the process died here')),
  }
  await expect(compact(failing)).rejects.toThrow('half done')
  const key = `_intents/${day.folder}intent.json`
  const text = new TextDecoder().decode(await store.read(key))
  const aged = text.replace(/"startedAt": "[^"]+"/, '"startedAt": "2025-01-01T00:00:00.000Z"')
  expect(aged).not.toBe(text)
  await store.write(key, [Buffer.from(aged)], { overwrite: true })
  expect(await finishIntent({ store, catalog }, day.folder, options)).toBeDefined()
  expect(await namesIn()).toEqual(['ab.parquet'])
})

test('an intent that cannot be read is no missing one: nothing is changed', async () => {
  await expect(
    compact({ ...store, remove: () => Promise.reject(new Error('the process died here')) }),
  ).rejects.toThrow('half done')
  const before = await namesIn()
  const unreadable: ObjectStore = { ...store, read: () => Promise.reject(new Error('connection reset')) }
  await expect(compact(unreadable)).rejects.toThrow('connection reset')
  expect(await namesIn()).toEqual(before)
  expect(registered).toEqual(new Set())
})

const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const rowAt = (second: number) => ({
  event_timestamp: new Date(Date.UTC(2026, 0, 5, 0, 0, second)),
  turbine_id: 'a',
})
async function keysOf(lake: Lake): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of lake.files(keyed)) keys.push(key)
  return keys
}

async function countIn(lake: Lake): Promise<unknown> {
  for await (const { n } of lake.query('SELECT count(*) AS n FROM hive.iot_dw.turbine')) return n
  return undefined
}

test('different rows that are written in the same second are files of their own (arc 357)', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  await Promise.all([1, 2].map((second) => lake.write(keyed, [rowAt(second)])))
  expect(await keysOf(lake)).toHaveLength(2)
})

test('a day of 500 files is queried, and the next merge makes them one (influxdb 27301)', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const [key = ''] = (await lake.write(keyed, [rowAt(0)])).keys
  for (let second = 1; second < 500; second += 1) {
    // Without the flush to disk of a write of ours, which would take most of a minute.
    const path = join(lake.store.location, dirname(key), `${second}.parquet`)
    const rows = [{ power: null, starts: null, ...rowAt(second) }]
    for await (const batch of batchesOf(keyed, rows))
      await writeFile(path, [...encodeParquet(keyed, [batch])])
  }
  expect(await keysOf(lake)).toHaveLength(500)
  expect(await countIn(lake)).toBe(500n)
  await lake.write(keyed, [rowAt(500)], { mode: 'merge' })
  expect(await keysOf(lake)).toHaveLength(1)
  expect(await countIn(lake)).toBe(501n)
})

test('a day of long ago, back-filled in many files, is merged as any other day (arc 188)', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const old = (second: number) => ({
    ...rowAt(second),
    event_timestamp: new Date(Date.UTC(1999, 0, 5, 0, 0, second)),
  })
  for (const second of [1, 2, 3]) await lake.write(keyed, [old(second)])
  const year = new Date('1999-02-01T00:00:00Z')
  for (const key of await keysOf(lake)) await utimes(join(lake.store.location, key), year, year)
  expect(await lake.write(keyed, [old(4)], { mode: 'merge' })).toMatchObject({ written: 1 })
  expect(await keysOf(lake)).toHaveLength(1)
  expect(await countIn(lake)).toBe(4n)
})

test('each of many writes at once that reports its rows as written has put them into the lake (arc 224)', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const seconds = Array.from({ length: 30 }, (_, second) => second)
  const reports = await Promise.all(seconds.map((second) => lake.write(keyed, [rowAt(second)])))
  expect(reports.map(({ written }) => written)).toEqual(seconds.map(() => 1))
  expect(await countIn(lake)).toBe(30n)
})

test('retention beside merges removes the old day, and no row of a younger one (arc 224)', async () => {
  const retained = defineTable({ ...keyed, retention: '2d' })
  const { lake } = await freshLake({ tables: [retained] })
  const at = (day: number, second: number) => ({
    ...rowAt(second),
    event_timestamp: new Date(Date.UTC(2026, 0, day, 0, 0, second)),
  })
  await lake.write(retained, [at(1, 0), at(5, 0)])
  const now = new Date('2026-01-06T12:00:00Z')
  const merges = [1, 2, 3].map((second) => lake.write(retained, [at(5, second)], { mode: 'merge' }))
  await Promise.all([lake.remove(retained, { expired: true, now, remove: true }), ...merges])
  expect(await countIn(lake)).toBe(4n)
  expect(await intentFolders(lake.store, '')).toEqual([])
})
