import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { folderStore, memoryStore, ObjectStoreError } from '@minilake/ingest'
import { describe, expect, test } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import { LostIntentError } from '../../src/replace/intent-lock.js'
import type { FileChange, NewFile } from '../../src/replace/file-change.js'
import { finishIntent, replaceFiles } from '../../src/replace/replace-files.js'
import { freshFolder } from '../fresh-lake.js'
import { pausedStore } from '../paused-store.js'

const day = { table: 'turbine', folder: 'turbine/event_date=2026-01-05/' }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const options = { resumeAfterSeconds: 0.2, signal: new AbortController().signal }

const stores = {
  'a folder': async (): Promise<LakeStore> => folderStore({ folder: await freshFolder() }),
  'a bucket': (): Promise<LakeStore> => Promise.resolve(memoryStore()),
}

function newFile(store: LakeStore, text: string): NewFile {
  const bytes = bytesOf(text)
  return {
    key: `${day.folder}${text}.parquet`,
    size: bytes.length,
    etag: createHash('md5').update(bytes).digest('hex'),
    publish: async (key) => (await store.write(key, [bytes])).written,
  }
}

async function write(store: LakeStore, names: readonly string[]): Promise<void> {
  for (const name of names) await store.write(`${day.folder}${name}.parquet`, [bytesOf(name)])
}

async function keysOf(store: LakeStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(''))
    if (!key.endsWith('.record')) keys.push(key.replace(day.folder, '').replace('.parquet', ''))
  return keys
}

/** Whether readers see the day. */
function catalogOf(pause: (kind: 'catalog') => { before: () => Promise<void>; after: () => Promise<void> }) {
  let isRegistered = true
  const set = async (now: boolean) => {
    const { before, after } = pause('catalog')
    await before()
    isRegistered = now
    await after()
  }
  return {
    catalog: { unregister: () => set(false), register: () => set(true) },
    others: {
      unregister: () => Promise.resolve(void (isRegistered = false)),
      register: () => Promise.resolve(void (isRegistered = true)),
    },
    isRegistered: () => isRegistered,
  }
}

const changes: Record<string, (store: LakeStore) => FileChange> = {
  replaces: (store) => ({
    add: [newFile(store, 'new'), newFile(store, 'newer')],
    remove: [`${day.folder}old.parquet`, `${day.folder}older.parquet`],
  }),
  removes: () => ({ add: [], remove: [`${day.folder}old.parquet`, `${day.folder}older.parquet`] }),
}

describe.each(Object.entries(stores))('in %s', (_, newStore) => {
  test.each(
    Object.keys(changes).flatMap((change) => [[change, 'before'] as const, [change, 'after'] as const]),
  )(
    'a process that %s files and is stopped at any moment (%s an operation) leaves what others have made of the day',
    { timeout: 120_000 },
    async (change, moment) => {
      const ends = { lost: 0, done: 0 }
      for (let at = moment === 'before' ? 1 : 2; ; at += 2) {
        const store = await newStore()
        await write(store, ['old', 'older', 'same'])
        let left: string[] | undefined
        // While the process is stopped, others complete its change or take it back, and write rows again that it removes.
        const meanwhile = async () => {
          await finishIntent({ store, catalog: others }, day.folder, { ...options, resumeAfterSeconds: 0 })
          await wait(2) // a store tells times in milliseconds
          await write(store, ['old', 'own'])
          await others.register()
          left = await keysOf(store)
          await wait(120)
        }
        const paused = pausedStore(store, { at, moment, meanwhile })
        const { catalog, others, isRegistered } = catalogOf(paused.pause)
        const decide = () => Promise.resolve((changes[change] as (typeof changes)[string])(paused.store))
        const outcome = await replaceFiles(day, decide, { store: paused.store, catalog }, options).catch(
          (error: unknown) => error,
        )
        const found = await keysOf(store)
        expect(isRegistered(), `stopped at ${at}`).toBe(true)
        expect(
          found.filter((key) => key.startsWith('_')),
          `stopped at ${at}`,
        ).toEqual([])
        if (left === undefined) break
        if (outcome instanceof LostIntentError) {
          ends.lost += 1
          const kept = paused.kind() === 'remove' && moment === 'before' ? found.concat('old') : found
          expect([...new Set(kept)].sort(), `stopped at ${at}, ${paused.kind()}`).toEqual(left)
        } else {
          if (outcome instanceof Error) throw outcome
          ends.done += 1 // it had not begun, or had ended
        }
      }
      expect(ends.lost).toBeGreaterThan(5)
    },
  )
})

test.each([1, 2, 3, 4])(
  'a folder that a stopped process moves after look %i, when another one has replaced its files, comes back',
  async (at) => {
    const store = folderStore({ folder: await freshFolder() })
    await write(store, ['old', 'older', 'same'])
    let looks = 0
    const stopped: LakeStore = {
      ...store,
      replaceFolder: (folder, replacement) =>
        store.replaceFolder(folder, {
          ...replacement,
          check: async () => {
            await replacement.check?.()
            looks += 1
            if (looks !== at) return
            // Between the look at the intent and the step that follows.
            await finishIntent({ store }, day.folder, { ...options, resumeAfterSeconds: 0 })
            await write(store, ['old', 'own'])
          },
        }),
    }
    const decide = () => Promise.resolve((changes.replaces as (typeof changes)[string])(stopped))
    await expect(replaceFiles(day, decide, { store: stopped }, options)).rejects.toThrow(LostIntentError)
    expect(looks).toBe(at)
    expect(await keysOf(store)).toEqual(['new', 'newer', 'old', 'own', 'same'])
  },
)

const noSuchFolder = new ObjectStoreError('no such file or folder', {
  key: day.folder,
  location: 'lake',
  code: 'ENOENT',
  cause: undefined,
})

test('a step that fails because another process has completed the change is told as that', async () => {
  const store = folderStore({ folder: await freshFolder() })
  await write(store, ['old', 'older', 'same'])
  const slow: LakeStore = {
    ...store,
    replaceFolder: async () => {
      await finishIntent({ store }, day.folder, { ...options, resumeAfterSeconds: 0 })
      throw noSuchFolder
    },
  }
  const decide = () => Promise.resolve((changes.replaces as (typeof changes)[string])(slow))
  await expect(replaceFiles(day, decide, { store: slow }, options)).rejects.toThrow(LostIntentError)
  expect(await keysOf(store)).toEqual(['new', 'newer', 'same'])
})

test('a change that a dead process left, completed by a third process meanwhile, is completed', async () => {
  const store = folderStore({ folder: await freshFolder() })
  await write(store, ['old', 'older', 'same'])
  const dying: LakeStore = { ...store, replaceFolder: () => Promise.reject(new Error('died')) }
  const decide = () => Promise.resolve((changes.replaces as (typeof changes)[string])(dying))
  await expect(replaceFiles(day, decide, { store: dying }, options)).rejects.toThrow('is half done')
  const slow: LakeStore = {
    ...store,
    replaceFolder: async () => {
      await finishIntent({ store }, day.folder, { ...options, resumeAfterSeconds: 0 })
      throw noSuchFolder
    },
  }
  await finishIntent({ store: slow }, day.folder, { ...options, resumeAfterSeconds: 0 })
  expect(await keysOf(store)).toEqual(['new', 'newer', 'same'])
})
