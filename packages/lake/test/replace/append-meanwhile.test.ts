import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { folderStore, memoryStore } from '@minilake/ingest'
import { beforeAll, describe, expect, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { ingestFolder } from '../../src/ingest/ingest-folder.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { intentFolders } from '../../src/replace/intent.js'
import { finishIntent, replaceFiles } from '../../src/replace/replace-files.js'
import { freshFolder } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const day = 'turbine/event_date=2026-01-05/'
const signal = new AbortController().signal
/** How the owner of a change behaves. */
const held = { resumeAfterSeconds: 60, signal }
/** How a process behaves whose predecessor died long ago. */
const later = { resumeAfterSeconds: 0, signal }
const rowsOf = (power: number) => [
  { event_timestamp: new Date('2026-01-05T10:00:00Z'), turbine_id: 'a', power, starts: null },
]

interface Sample {
  power: number
  key: string
  bytes: Uint8Array
}
/** Data files: one that a replacement removes, one that it adds, and one that it does not know. */
let [old, added, own]: [Sample, Sample, Sample] = [undefined, undefined, undefined] as never
beforeAll(async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'minilake-append-'))
  const lake = await openLake({ cwd, tables: [turbine] })
  const sample = async (power: number): Promise<Sample> => {
    const [key = ''] = (await lake.write(turbine, rowsOf(power))).keys
    return { power, key, bytes: await lake.store.read(key) }
  }
  ;[old, added, own] = [await sample(1), await sample(2), await sample(3)]
  await lake.close()
  await rm(cwd, { recursive: true })
})

/** A store with `old`, and a command that appends all three files. It resolves with the keys that it calls new. */
interface Place {
  store: LakeStore
  append: () => Promise<string[]>
}

async function ingesting(store: LakeStore): Promise<Place> {
  const out = await freshFolder()
  for (const { key, bytes } of [old, added, own]) await folderStore({ folder: out }).write(key, [bytes])
  const lake = {
    ...{
      tables: [turbine],
      store,
      resumeAfterSeconds: 60,
      shapeDifference: () => Promise.resolve(undefined),
    },
    registerTables: () => Promise.resolve({ statements: [], changes: [], differences: [] }),
  }
  return {
    store,
    append: async () => {
      const isNew = new Set<string>()
      const onObject = ({ key, outcome }: { key: string; outcome: string }) =>
        void (outcome === 'published' && isNew.add(key))
      const options = { signal: new AbortController().signal, onObject }
      const { published, unchanged, failures } = await ingestFolder(out, lake, options)
      expect({ failures, files: published + unchanged }).toEqual({ failures: [], files: 3 })
      return [...isNew]
    },
  }
}

const places: Record<string, () => Promise<Place>> = {
  'ingest into a bucket': () => ingesting(memoryStore()),
  'ingest into a folder': async () => ingesting(folderStore({ folder: await freshFolder() })),
  'write into a folder': async () => {
    const folder = await freshFolder()
    const lake = await openLake({ cwd: folder, tables: [turbine] })
    return {
      store: folderStore({ folder: join(folder, 'lake', 'iot-time-series') }),
      append: async () => {
        const newKeys: string[] = []
        for (const { power } of [old, added, own])
          newKeys.push(...(await lake.write(turbine, rowsOf(power))).newKeys)
        return newKeys
      },
    }
  },
}

const operations = ['list', 'find', 'read', 'write', 'remove', 'replaceFolder', 'removeEmptyFolders']

/** A store that calls `onOperation` with a number, from 1 on, before each operation. */
function stepped(store: LakeStore, onOperation: (number: number) => Promise<void>): LakeStore {
  let number = 0
  const begin = () => onOperation((number += 1))
  return new Proxy(store, {
    get(of, name) {
      const member = Reflect.get(of, name) as (...args: unknown[]) => unknown
      if (typeof member !== 'function' || !operations.includes(String(name))) return member
      if (name !== 'list') return (...args: unknown[]) => begin().then(() => member(...args))
      return async function* (prefix: string) {
        await begin()
        yield* store.list(prefix)
      }
    },
  })
}

async function contentOf(store: LakeStore): Promise<Record<string, Uint8Array>> {
  const content: Record<string, Uint8Array> = {}
  for await (const { key } of store.list(''))
    if (!key.endsWith('.record')) content[key] = Uint8Array.from(await store.read(key))
  return content
}

/** Replaces `old` by `added`. */
async function replaceOld(store: LakeStore): Promise<void> {
  const etag = await etagOf(added)
  const add = [
    {
      ...{ key: added.key, size: added.bytes.length, etag },
      publish: async (key: string) => (await store.write(key, [added.bytes])).written,
    },
  ]
  const change = () => Promise.resolve({ add, remove: [old.key] })
  await replaceFiles({ table: 'turbine', folder: day }, change, { store }, held)
}

async function etagOf({ key, bytes }: Sample): Promise<string> {
  return (await memoryStore().write(key, [bytes])).etag
}

async function stepsOf(newPlace: () => Promise<Place>): Promise<number> {
  const { store } = await newPlace()
  await store.write(old.key, [old.bytes])
  let steps = 0
  await replaceOld(stepped(store, (number) => Promise.resolve(void (steps = number))))
  return steps
}

describe.each(Object.entries(places))('%s', (_, newPlace) => {
  test.each([false, true])(
    'at any moment of a replacement (which dies then: %s): every file of a finished append is there, once',
    async (dies) => {
      const steps = await stepsOf(newPlace)
      const isFolder = 'replaceFolder' in (await newPlace()).store
      const moments = Array.from({ length: steps }, (_, index) => index)
      const chosen = moments.filter((index) => !isFolder || index % 3 === 0) // a folder flushes the disk, which takes long
      const rounds = chosen.map(async (index) => {
        const { store, append } = await newPlace()
        await store.write(old.key, [old.bytes])
        let appending: Promise<string[]> = Promise.resolve([])
        let isLocked = false
        const replacing = stepped(store, async (number) => {
          if (number === index + 1) {
            isLocked = (await intentFolders(store, '')).length > 0
            appending = append()
            await wait(30)
          }
          if (dies && number > index) throw new Error('died')
        })
        await replaceOld(replacing).catch((error: unknown) => {
          if (!dies) throw error
        })
        let isDone = false
        const finished = appending.finally(() => (isDone = true))
        finished.catch(() => undefined)
        while (dies && !isDone) {
          await finishIntent({ store }, day, later)
          await wait(50)
        }
        const newKeys = await finished
        await finishIntent({ store }, day, later)
        const content = await contentOf(store)
        const round = `step ${index + 1} of ${steps}`
        for (const { key, bytes } of [old, added, own])
          if (key in content) expect(content[key], round).toEqual(Uint8Array.from(bytes))
        const wanted = [own, ...(isLocked ? [old, added] : []), ...(dies ? [] : [added])].map(
          ({ key }) => key,
        )
        expect(Object.keys(content), round).toEqual(expect.arrayContaining([...wanted, ...newKeys]))
        expect(
          Object.keys(content).filter((key) => !key.startsWith(day)),
          round,
        ).toEqual([])
        return isLocked
      })
      expect(new Set(await Promise.all(rounds)).size).toBe(2)
    },
    60_000,
  )
})

test('an intent that comes while a file is being published: the file is there when the change has ended', async () => {
  const bucket = memoryStore()
  let changed: Promise<unknown> | undefined
  const { store, append } = await ingesting({
    ...bucket,
    write: async (key, ...more) => {
      const result = await bucket.write(key, ...more)
      if (key !== own.key) return result
      // Another process, which saw an older file of this name, is about to remove it.
      const change = () => Promise.resolve({ add: [], remove: [old.key] })
      const slow = stepped(bucket, () => wait(20))
      changed = replaceFiles({ table: 'turbine', folder: day }, change, { store: slow }, held)
      while ((await intentFolders(bucket, '')).length === 0) await wait(5)
      return result
    },
  })
  await append()
  await changed
  expect(Object.keys(await contentOf(store)).sort()).toEqual([old.key, added.key, own.key].sort())
})

test('a change that begins while rows are being read: the file that it removes is written again', async () => {
  const folder = await freshFolder()
  const lake = await openLake({ cwd: folder, tables: [turbine] })
  const { store } = lake
  await lake.write(turbine, rowsOf(old.power))
  let changed: Promise<unknown> | undefined
  const source = async function* () {
    yield* rowsOf(old.power)
    const slow = stepped(store, () => wait(50))
    const change = () => Promise.resolve({ add: [], remove: [old.key] })
    changed = replaceFiles({ table: 'turbine', folder: day }, change, { store: slow }, held)
    while ((await intentFolders(store, '')).length === 0) await wait(5)
  }
  expect(await lake.write(turbine, source())).toMatchObject({ written: 1, unchanged: 0 })
  await changed // it frees the folder first, and then tidies up
  expect(Object.keys(await contentOf(store))).toEqual([old.key])
  await lake.close()
})
