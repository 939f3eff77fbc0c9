import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { folderStore, memoryStore } from '@minilake/ingest'
import { describe, expect, test } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import type { FileChange, NewFile } from '../../src/replace/file-change.js'
import { finishIntent, replaceFiles } from '../../src/replace/replace-files.js'
import { intentFolders, intentKey } from '../../src/replace/intent.js'
import { LostIntentError } from '../../src/replace/intent-lock.js'
import { dyingStore } from '../dying-store.js'
import { freshFolder } from '../fresh-lake.js'

const day = { table: 'turbine', folder: 'turbine/event_date=2026-01-05/' }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const options = () => ({ resumeAfterSeconds: 5, signal: new AbortController().signal })
/** How a process behaves whose predecessor died long ago. */
const later = () => ({ resumeAfterSeconds: 0, signal: new AbortController().signal })

const stores = {
  'a folder': async (): Promise<LakeStore> => folderStore({ folder: await freshFolder() }),
  'a bucket': (): Promise<LakeStore> => Promise.resolve(memoryStore()),
}

/** A data file in memory, with its text for content. */
function newFile(store: LakeStore, name: string, text: string): NewFile {
  const bytes = bytesOf(text)
  return {
    key: `${day.folder}${name}`,
    size: bytes.length,
    etag: createHash('md5').update(bytes).digest('hex'),
    publish: async (key) => (await store.write(key, [bytes])).written,
  }
}

async function write(store: LakeStore, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await store.write(`${day.folder}${name}`, [bytesOf(text)])
}

/** Everything in a store except owners' marks, by key. */
async function contentOf(store: LakeStore): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for await (const { key } of store.list(''))
    if (!key.endsWith('.record'))
      content[key.replace(day.folder, '')] = new TextDecoder().decode(await store.read(key))
  return content
}

describe.each(Object.entries(stores))('replaceFiles in %s', (_, newStore) => {
  const before = { a: 'old a', b: 'old b', same: 'same' }
  const after = { b: 'old b', same: 'same', c: 'new c', d: 'new d' }
  const decide = (store: LakeStore) => (): Promise<FileChange> =>
    Promise.resolve({
      add: [newFile(store, 'c', 'new c'), newFile(store, 'd', 'new d'), newFile(store, 'same', 'same')],
      remove: [`${day.folder}a`, `_truth/${day.folder}a`],
    })

  test('files come and go, others stay; run again, nothing changes', async () => {
    const store = await newStore()
    await write(store, before)
    await store.write(`_truth/${day.folder}a`, [bytesOf('truth of a')])
    expect(await replaceFiles(day, decide(store), { store }, options())).toEqual({
      added: [`${day.folder}c`, `${day.folder}d`],
      unchanged: [`${day.folder}same`],
      removed: [`${day.folder}a`, `_truth/${day.folder}a`],
    })
    expect(await contentOf(store)).toEqual(after)
    const nothing = () => Promise.resolve({ add: [newFile(store, 'c', 'new c')], remove: [] })
    expect(await replaceFiles(day, nothing, { store }, options())).toMatchObject({ added: [], removed: [] })
    expect(await contentOf(store)).toEqual(after)
  })

  test.each([true, false])(
    'a process that dies at any operation (before it: %s) is completed or taken back',
    async (isBefore) => {
      const ends = new Set<string>()
      for (let at = 1; ; at += 1) {
        const store = await newStore()
        await write(store, before)
        const { dying, operations } = dyingStore(store, { at, before: isBefore })
        const error = await replaceFiles(day, decide(dying), { store: dying }, options()).catch(
          (e: unknown) => e,
        )
        const finished = await finishIntent({ store }, day.folder, later())
        const content = await contentOf(store)
        const end = 'a' in content ? 'before' : 'after'
        expect(content, `died at ${at}`).toEqual(end === 'before' ? before : after)
        expect(await intentFolders(store, '')).toEqual([])
        ends.add(`${end}, ${finished ? 'finished by the next' : 'nothing to finish'}`)
        if (!(error instanceof Error)) {
          expect(operations()).toBeLessThan(at)
          break
        }
      }
      expect(ends.size).toBeGreaterThan(2)
    },
  )

  test('of two that replace at once, the second waits and sees what the first left', async () => {
    const store = await newStore()
    await write(store, before)
    const seen: string[][] = []
    const one = (name: string) =>
      replaceFiles(
        day,
        (files) => {
          seen.push(files.map(({ key }) => key.replace(day.folder, '')))
          return Promise.resolve({
            add: [newFile(store, name, name)],
            remove: files.map(({ key }) => key).filter((key) => key !== `${day.folder}${name}`),
          })
        },
        { store },
        options(),
      )
    await Promise.all([one('x'), one('y')])
    const content = await contentOf(store)
    expect([{ x: 'x' }, { y: 'y' }]).toContainEqual(content)
    expect(seen.at(-1)).toEqual('x' in content ? ['y'] : ['x'])
  })

  test('a file that gets other content while it is decided what to replace is looked at again', async () => {
    const store = await newStore()
    await write(store, { a: 'one' })
    const seen: string[] = []
    const decide = async (files: readonly { key: string }[]) => {
      for (const { key } of files) seen.push(new TextDecoder().decode(await store.read(key)))
      if (seen.length === 1) {
        await wait(5) // a folder and a bucket tell when a file was written, in milliseconds
        await store.write(`${day.folder}a`, [bytesOf('two')], { overwrite: true })
      }
      return { add: [newFile(store, 'b', seen.at(-1) ?? '')], remove: [`${day.folder}a`] }
    }
    await replaceFiles(day, decide, { store }, options())
    expect(seen).toEqual(['one', 'two'])
    expect(await contentOf(store)).toEqual({ b: 'two' })
  })

  test('a file that another process removes while it is read makes the work start again', async () => {
    const store = await newStore()
    await write(store, { a: 'one' })
    let rounds = 0
    const decide = async (files: readonly { key: string }[]) => {
      rounds += 1
      if (rounds === 1) {
        const other = { add: [newFile(store, 'b', 'two')], remove: [`${day.folder}a`] }
        await replaceFiles(day, () => Promise.resolve(other), { store }, options())
      }
      for (const { key } of files) await store.read(key)
      return { add: [newFile(store, 'c', 'three')], remove: files.map(({ key }) => key) }
    }
    await replaceFiles(day, decide, { store }, options())
    expect(rounds).toBe(2)
    expect(await contentOf(store)).toEqual({ c: 'three' })
  })

  test('a process that wakes after another has taken its change over stops and leaves nothing', async () => {
    const store = await newStore()
    await write(store, before)
    const sleepy: NewFile = {
      ...newFile(store, 'c', 'new c'),
      publish: async (key) => {
        await finishIntent({ store }, day.folder, later()) // while this process slept
        return (await store.write(key, [bytesOf('new c')])).written
      },
    }
    const change = () => Promise.resolve({ add: [sleepy], remove: [`${day.folder}a`] })
    await expect(replaceFiles(day, change, { store }, options())).rejects.toThrow(LostIntentError)
    expect(await contentOf(store)).toEqual(before)
  })

  test('a process that wakes while it removes files removes none that were written again since', async () => {
    const store = memoryStore()
    await write(store, { a: 'a', b: 'b', c: 'c' })
    const keys = ['a', 'b', 'c'].map((name) => `${day.folder}${name}`)
    let isAsleep = true
    const sleepy: LakeStore = {
      ...store,
      remove: async (key) => {
        await store.remove(key)
        if (key !== keys[0] || !isAsleep) return
        isAsleep = false
        await finishIntent({ store }, day.folder, later())
        await write(store, { b: 'b', c: 'c' })
        await wait(600)
      },
    }
    const change = () => Promise.resolve({ add: [], remove: keys })
    const replaced = replaceFiles(day, change, { store: sleepy }, options())
    await expect(replaced).rejects.toThrow(LostIntentError)
    expect(await contentOf(store)).toEqual({ b: 'b', c: 'c' })
  })

  test('a process that wakes before it releases its change leaves the next one of the folder', async () => {
    const store = memoryStore()
    await write(store, { a: 'a' })
    const next = { ...day, id: 'next', add: [], remove: [], startedAt: new Date().toISOString() }
    let registered = 0
    const catalog = {
      unregister: () => Promise.resolve(),
      register: async () => {
        registered += 1
        if (registered > 1) return
        await finishIntent({ store }, day.folder, later()) // while this process slept
        await store.write(intentKey(day.folder), [bytesOf(JSON.stringify(next))])
      },
    }
    const change = () => Promise.resolve({ add: [], remove: [`${day.folder}a`] })
    await expect(
      replaceFiles(day, change, { store, catalog }, { ...options(), resumeAfterSeconds: 1 }),
    ).rejects.toThrow(LostIntentError)
    expect(await intentFolders(store, '')).toEqual([day.folder])
  })

  test('a file under a new key with other content: nothing is replaced', async () => {
    const store = await newStore()
    await write(store, { ...before, c: 'of somebody else' })
    await expect(replaceFiles(day, decide(store), { store }, options())).rejects.toThrow('other content')
    expect(await contentOf(store)).toEqual({ ...before, c: 'of somebody else' })
  })

  test('of two that fill an empty folder at once, the second sees what the first left', async () => {
    const store = await newStore()
    let calls = 0
    await replaceFiles(
      day,
      async (files) => {
        calls += 1
        if (calls === 1) {
          const other = () => Promise.resolve({ add: [newFile(store, 'x.parquet', 'x')], remove: [] })
          await replaceFiles(day, other, { store }, options())
        }
        return { add: [newFile(store, 'y.parquet', 'y')], remove: files.map(({ key }) => key) }
      },
      { store },
      options(),
    )
    expect(calls).toBe(2)
    expect(await contentOf(store)).toEqual({ 'y.parquet': 'y' })
  })

  test('a listed file that is gone when the folder is locked: decided again', async () => {
    const store = await newStore()
    await write(store, before)
    let calls = 0
    await replaceFiles(
      day,
      async (files) => {
        calls += 1
        if (calls === 1) await store.remove(`${day.folder}b`)
        return { add: [], remove: files.map(({ key }) => key) }
      },
      { store },
      options(),
    )
    expect(calls).toBe(2)
    expect(await contentOf(store)).toEqual({})
  })

  test('interrupted before all new files are there: taken back; the signal is the reason', async () => {
    const store = await newStore()
    await write(store, before)
    const controller = new AbortController()
    const stop = new Error('stop')
    const add = [newFile(store, 'c', 'new c'), newFile(store, 'd', 'new d')].map((file) => ({
      ...file,
      publish: (key: string) => {
        controller.abort(stop)
        return file.publish(key)
      },
    }))
    const change = () => Promise.resolve({ add, remove: [`${day.folder}a`] })
    await expect(
      replaceFiles(day, change, { store }, { resumeAfterSeconds: 5, signal: controller.signal }),
    ).rejects.toBe(stop)
    expect(await contentOf(store)).toEqual(before)
  })

  test('a catalog that refuses to unregister the folder: nothing is replaced, and nothing stands', async () => {
    const store = await newStore()
    await write(store, before)
    const refusal = new Error('Access Denied')
    const catalog = { unregister: () => Promise.reject(refusal), register: () => Promise.resolve() }
    for (const add of [[newFile(store, 'c', 'new c')], []]) {
      const change = () => Promise.resolve({ add, remove: [`${day.folder}a`] })
      await expect(replaceFiles(day, change, { store, catalog }, options())).rejects.toBe(refusal)
      expect(await contentOf(store)).toEqual(before)
    }
  })

  test('a folder whose files may not be replaced: refused before an intent stands', async () => {
    const place = folderStore({ folder: await freshFolder() })
    await write(place, before)
    const refusal = new Error('Permission denied')
    const store: LakeStore = { ...place, checkRemoval: () => Promise.reject(refusal) }
    await expect(replaceFiles(day, decide(store), { store }, options())).rejects.toBe(refusal)
    expect(await contentOf(store)).toEqual(before)
  })

  test('an object that is no intent is named and left alone', async () => {
    const store = await newStore()
    await store.write(`_intents/${day.folder}intent.json`, [bytesOf('hello')])
    await expect(replaceFiles(day, decide(store), { store }, options())).rejects.toThrow('expected an intent')
  })

  test.each<[string, object]>([
    ['remove', { remove: ['turbine/event_date=2026-01-06/a'] }],
    ['remove, below the folder', { remove: [`${day.folder}deeper/a`] }],
    ['remove, as its truth', { remove: ['_truth/turbine/event_date=2026-01-06/a'] }],
    ['add', { add: [{ key: 'other/a', size: 1, etag: 'e', wasThere: false }] }],
    ['change', { folder: 'turbine/event_date=2026-01-06/' }],
  ])('an intent that names files of another folder to %s is named, and nothing goes', async (_, named) => {
    const store = await newStore()
    await write(store, before)
    for (const key of ['other/a', 'turbine/event_date=2026-01-06/a']) await store.write(key, [bytesOf('x')])
    const intent = { id: 'i', ...day, add: [], remove: [], startedAt: '2026-01-05T00:00:00Z', ...named }
    await store.write(`_intents/${day.folder}intent.json`, [bytesOf(JSON.stringify(intent))])
    const content = await contentOf(store)
    await expect(finishIntent({ store }, day.folder, later())).rejects.toThrow(
      `expected files of ${day.folder}, got some of`,
    )
    expect(await contentOf(store)).toEqual(content)
  })
})
