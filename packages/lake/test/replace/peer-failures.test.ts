import { createHash } from 'node:crypto'
import { memoryStore, type ObjectStore } from '@minilake/ingest'
import { beforeEach, expect, test } from 'vitest'
import type { NewFile } from '../../src/replace/file-change.js'
import { finishIntent, replaceFiles } from '../../src/replace/replace-files.js'
import { intentFolders } from '../../src/replace/intent.js'

// How Arc, another time-series lake, doubled or lost data when it replaced files: Basekick-Labs/arc, issues 157, 226, 357 and 638.

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
