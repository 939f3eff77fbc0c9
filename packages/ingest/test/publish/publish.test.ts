import { rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import {
  folderStore,
  identityOf,
  localFiles,
  memoryStore,
  type ObjectStore,
  ObjectStoreError,
  publish,
  type PublishableObject,
  type PublishedObject,
  type PublishProgress,
} from '@minilake/ingest'
import { describe, expect, it, vi } from 'vitest'
import { bytesOf, collect, failingAfter } from '../fixtures/byte-stream.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

// An object whose size and ETag are known before it is read.
async function known(key: string, text: string): Promise<PublishableObject> {
  const { size, etag } = await identityOf(bytesOf(text))
  return { key, size, etag: () => Promise.resolve(etag), bytes: bytesOf(text) }
}

const stream = (key: string, text: string): PublishableObject => ({ key, bytes: bytesOf(text) })

async function storeWith(contents: Record<string, string>): Promise<ObjectStore> {
  const store = memoryStore()
  for (const [key, text] of Object.entries(contents)) await store.write(key, bytesOf(text))
  return store
}

async function contentsOf(store: ObjectStore): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for await (const { key } of store.list('')) contents[key] = Buffer.from(await store.read(key)).toString()
  return contents
}

const nothingDone = {
  ...{ published: 0, replaced: 0, unchanged: 0, unchangedByCrc: 0, bytes: 0, partsResumed: 0 },
  ...{ conflicts: [], unverifiable: [], failures: [] },
}

describe.each([
  ['a file', known],
  ['a stream', stream],
])('publishing %s', (_, object) => {
  it('publishes a new object', async () => {
    const store = memoryStore()
    expect(await publish([await object('pump/a', 'abc')], store)).toEqual({
      ...nothingDone,
      published: 1,
      bytes: 3,
    })
    expect(await contentsOf(store)).toEqual({ 'pump/a': 'abc' })
  })

  it.each([false, true])(
    'leaves an object with the same content unchanged (overwrite %s)',
    async (overwrite) => {
      const store = await storeWith({ 'pump/a': 'abc' })
      const report = await publish([await object('pump/a', 'abc')], store, { overwrite })
      expect(report).toEqual({ ...nothingDone, unchanged: 1 })
    },
  )

  it.each(['other', 'abd'])('reports different content as a conflict and keeps it: %s', async (content) => {
    const store = await storeWith({ 'pump/a': content })
    const report = await publish([await object('pump/a', 'abc')], store)
    const conflict = {
      key: 'pump/a',
      outcome: 'conflict',
      size: 3,
      reason: 'memory/pump/a already exists with different content',
    }
    expect(report).toEqual({ ...nothingDone, conflicts: [conflict] })
    expect(await contentsOf(store)).toEqual({ 'pump/a': content })
  })

  it('replaces different content with overwrite', async () => {
    const store = await storeWith({ 'pump/a': 'other' })
    const report = await publish([await object('pump/a', 'abc')], store, { overwrite: true })
    expect(report).toEqual({ ...nothingDone, replaced: 1, bytes: 3 })
    expect(await contentsOf(store)).toEqual({ 'pump/a': 'abc' })
  })

  it.each([
    ['the same', 'abc', { unchanged: 1 }],
    ['different', 'other', { conflicts: [expect.objectContaining({ key: 'pump/a', outcome: 'conflict' })] }],
  ])('finds %s content that another writer stores during the write', async (_content, text, outcome) => {
    const store = memoryStore()
    const { bytes, ...rest } = await object('pump/a', 'abc')
    async function* overtaken() {
      await store.write('pump/a', bytesOf(text))
      yield* bytes
    }
    expect(await publish([{ ...rest, bytes: overtaken() }], store)).toEqual({ ...nothingDone, ...outcome })
    expect(await contentsOf(store)).toEqual({ 'pump/a': text })
  })
})

describe('publish', () => {
  it('accepts an async iterable of objects, with and without folders', async () => {
    const store = await storeWith({ 'pump/a': '1' })
    async function* objects() {
      for (const key of ['pump/a', 'pump/b', 'valve/a', 'top']) yield await known(key, '1')
    }
    expect(await publish(objects(), store)).toMatchObject({ published: 3, unchanged: 1, bytes: 3 })
    expect(await contentsOf(store)).toEqual({ 'pump/a': '1', 'pump/b': '1', 'valve/a': '1', top: '1' })
  })

  it('treats the second object of a key in one run like any existing object', async () => {
    const store = memoryStore()
    const objects = [await known('a', '1'), await known('a', '1'), await known('a', '2')]
    expect(await publish(objects, store)).toMatchObject({
      published: 1,
      unchanged: 1,
      conflicts: [{ key: 'a' }],
    })
    expect(await contentsOf(store)).toEqual({ a: '1' })
  })

  it('reports each object once done, one after the other with concurrency 1', async () => {
    const store = await storeWith({ a: '1', b: 'other' })
    const reported: PublishedObject[] = []
    const objects = [await known('a', '1'), await known('b', '22'), stream('c', '333'), stream('..', '4')]
    const report = await publish(objects, store, {
      concurrency: 1,
      onObject: (object) => reported.push(object),
    })
    expect(reported.map(({ key, outcome, size }) => [key, outcome, size])).toEqual([
      ['a', 'unchanged', 1],
      ['b', 'conflict', 2],
      ['c', 'published', 3],
      ['..', 'failed', 0],
    ])
    expect([...report.conflicts, ...report.failures]).toEqual([reported[1], reported[3]])
  })

  it('publishes the others if some fail, and says why', async () => {
    const store = memoryStore()
    const cause = new Error('the sensor is gone')
    const objects = [
      { key: 'pump/a', bytes: failingAfter('half', cause) },
      stream('../b', '2'),
      { ...(await known('pump/c', '3')), bytes: failingAfter('half', cause) },
      stream('pump/d', '4'),
    ]
    const report = await publish(objects, store)
    expect(report).toMatchObject({ published: 1, bytes: 1 })
    expect(report.failures.map(({ key, outcome, reason }) => [key, outcome, reason])).toEqual([
      ['../b', 'failed', expect.stringContaining('object key expected names joined by single slashes')],
      ['pump/a', 'failed', 'cannot write pump/a: the sensor is gone'],
      ['pump/c', 'failed', 'cannot write pump/c: the sensor is gone'],
    ])
    expect(report.failures[1]?.error).toBeInstanceOf(ObjectStoreError)
    expect(await contentsOf(store)).toEqual({ 'pump/d': '4' })
  })

  it('does not write objects that check refuses', async () => {
    const store = await storeWith({ b: 'other' })
    const refusal = new Error('b is not a Parquet file')
    const report = await publish([await known('a', '1'), await known('b', '2'), stream('c', '3')], store, {
      overwrite: true,
      check: async ({ key }) => {
        await Promise.resolve()
        if (key !== 'a') throw refusal
      },
    })
    const failed = { outcome: 'failed', size: 0, reason: refusal.message, error: refusal }
    expect(report).toEqual({
      ...nothingDone,
      published: 1,
      bytes: 1,
      failures: [
        { key: 'b', ...failed },
        { key: 'c', ...failed },
      ],
    })
    expect(await contentsOf(store)).toEqual({ a: '1', b: 'other' })
  })

  it('does not check an unchanged object', async () => {
    const store = await storeWith({ a: '1' })
    const asked: string[] = []
    await publish([await known('a', '1'), await known('b', '2')], store, {
      check: ({ key }) => void asked.push(key),
    })
    expect(asked).toEqual(['b'])
  })

  it('does not compute an ETag if the sizes differ', async () => {
    const store = await storeWith({ a: 'longer' })
    const etag = () => Promise.reject(new Error('read for its ETag'))
    const report = await publish([{ ...(await known('a', '1')), etag }], store)
    expect(report).toMatchObject({ conflicts: [{ key: 'a' }], failures: [] })
  })

  it('rejects with the reason of the signal and starts nothing more', async () => {
    const store = memoryStore()
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const publishing = publish([stream('a', '1'), stream('b', '2'), stream('c', '3')], store, {
      concurrency: 1,
      signal: controller.signal,
      onObject: ({ key }) => {
        if (key === 'b') controller.abort(reason)
      },
    })
    await expect(publishing).rejects.toBe(reason)
    expect(await contentsOf(store)).toEqual({ a: '1', b: '2' })
  })

  it('rejects with the reason of the signal during the last object, which stays invisible', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    const controller = new AbortController()
    const reason = new Error('interrupted')
    async function* interrupted() {
      yield* bytesOf('half')
      controller.abort(reason)
      yield Promise.resolve(new Uint8Array(1))
    }
    const objects = [stream('a', '1'), { key: 'b', bytes: interrupted() }]
    await expect(publish(objects, store, { concurrency: 1, signal: controller.signal })).rejects.toBe(reason)
    expect(await contentsOf(store)).toEqual({ a: '1' })
    expect(await collect(store.unfinished())).toEqual([])
  })

  it('rejects if the store cannot be listed', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { lake: 'a file' })
    const store = folderStore({ folder: join(folder, 'lake') })
    await expect(publish([stream('pump/a', '1')], store)).rejects.toThrow(ObjectStoreError)
  })
})

describe('publishing concurrently', () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

  /** Objects that stay in progress until `count` of them are; `most` is the largest number at a time. */
  function meeting(count: number) {
    let inProgress = 0
    const seen = { most: 0 }
    const objects = letters.map((key) => ({
      key,
      size: 1,
      bytes: (async function* () {
        inProgress += 1
        seen.most = Math.max(seen.most, inProgress)
        for (let turn = 0; turn < 50 && inProgress < count; turn += 1)
          await new Promise((resolve) => setImmediate(resolve))
        yield* bytesOf(key)
        inProgress -= 1
      })(),
    }))
    return { objects, seen }
  }

  it.each([
    [undefined, 4],
    [1, 1],
    [3, 3],
  ])('publishes, with concurrency %s, at most %i objects at a time', async (concurrency, most) => {
    const { objects, seen } = meeting(most)
    const store = memoryStore()
    const report = await publish(objects, store, { ...(concurrency !== undefined && { concurrency }) })
    expect(report).toMatchObject({ published: 7, failures: [] })
    expect(seen.most).toBe(most)
  })

  it('pulls the object after a stream once the stream is done: both may come from one source', async () => {
    let taken = 0
    function* objects() {
      for (const [index, key] of letters.entries()) {
        expect(taken).toBe(index)
        yield {
          key,
          bytes: (async function* () {
            await new Promise((resolve) => setImmediate(resolve))
            yield* bytesOf(key)
            taken += 1
          })(),
        }
      }
    }
    expect(await publish(objects(), memoryStore())).toMatchObject({ published: 7, failures: [] })
  })

  it('refuses an invalid concurrency', async () => {
    await expect(publish([], memoryStore(), { concurrency: 0 })).rejects.toThrow(RangeError)
  })

  it('pulls no more objects than concurrency allows', async () => {
    const store = memoryStore()
    let [pulled, done] = [0, 0]
    function* objects() {
      for (const key of letters) {
        pulled += 1
        expect(pulled - done).toBeLessThanOrEqual(2)
        yield stream(key, key)
      }
    }
    await publish(objects(), store, { concurrency: 2, onObject: () => (done += 1) })
    expect(pulled).toBe(7)
  })

  it('publishes the sidecar of an object right after it, and asks for none of a sidecar', async () => {
    const store = await storeWith({ 'pump/b': 'other' })
    const asked: [string, string][] = []
    const order: string[] = []
    const objects = ['pump/a', 'pump/b', 'pump/c'].map((key) => stream(key, 'x'))
    const report = await publish(objects, store, {
      concurrency: 1,
      onObject: ({ key }) => order.push(key),
      sidecar: async ({ key, outcome }, object) => {
        await Promise.resolve()
        expect(object.key).toBe(key)
        asked.push([key, outcome])
        return outcome === 'published' ? stream(`_truth/${key}`, 'y') : undefined
      },
    })
    expect(order).toEqual(['pump/a', '_truth/pump/a', 'pump/b', 'pump/c', '_truth/pump/c'])
    expect(asked).toEqual([
      ['pump/a', 'published'],
      ['pump/b', 'conflict'],
      ['pump/c', 'published'],
    ])
    expect(report).toMatchObject({ published: 4, conflicts: [{ key: 'pump/b' }] })
  })

  it('reports a sidecar that cannot be made with the key of its object, whose outcome stays', async () => {
    const error = new Error('the truth is gone')
    const reported: string[] = []
    const sidecar = ({ key }: PublishedObject) => (key === 'a' ? Promise.reject(error) : undefined)
    const store = memoryStore()
    const report = await publish([stream('a', 'x'), stream('b', 'y')], store, {
      sidecar,
      onObject: ({ key, outcome }) => reported.push(`${key} ${outcome}`),
    })
    const reason = 'its sidecar could not be created: the truth is gone'
    expect(report).toEqual({
      ...nothingDone,
      published: 2,
      bytes: 2,
      failures: [{ key: 'a', outcome: 'failed', size: 0, reason, error }],
    })
    expect(reported).toEqual(['a published', 'b published'])
    expect(await contentsOf(store)).toEqual({ a: 'x', b: 'y' })
  })

  it('rejects with the reason of the signal while a sidecar is created, and closes the source of objects', async () => {
    const controller = new AbortController()
    let isClosed = false
    function* objects() {
      try {
        for (;;) yield stream('a', 'x')
      } finally {
        isClosed = true
      }
    }
    const sidecar = () => {
      controller.abort('enough')
      throw new Error('the truth is gone')
    }
    const publishing = publish(objects(), memoryStore(), { sidecar, signal: controller.signal })
    await expect(publishing).rejects.toBe('enough')
    expect(isClosed).toBe(true)
  })

  it('ends the writes in progress if listing the objects fails', async () => {
    const reason = new Error('the folder is gone')
    const store = memoryStore()
    let isClosed = false
    async function* endless() {
      try {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve))
          yield new Uint8Array(1)
        }
      } finally {
        isClosed = true
      }
    }
    async function* objects() {
      yield { key: 'a', size: 1, bytes: endless() }
      await new Promise((resolve) => setTimeout(resolve, 10))
      throw reason
    }
    await expect(publish(objects(), store)).rejects.toBe(reason)
    await vi.waitFor(() => expect(isClosed).toBe(true))
    expect(await contentsOf(store)).toEqual({})
  })

  it('reports its progress, including unchanged bytes', async () => {
    const store = await storeWith({ a: '1', b: 'other' })
    const reported: PublishProgress[] = []
    const objects = [
      await known('a', '1'),
      await known('b', '22'),
      await known('c', '333'),
      stream('d', '4444'),
    ]
    await publish(objects, store, { concurrency: 1, onProgress: (progress) => reported.push(progress) })
    expect(reported).toEqual([
      { objects: 1, bytesDone: 1, bytesSent: 0 },
      { objects: 2, bytesDone: 3, bytesSent: 0 },
      { objects: 2, bytesDone: 6, bytesSent: 3 },
      { objects: 3, bytesDone: 6, bytesSent: 3 },
      { objects: 3, bytesDone: 10, bytesSent: 7 },
      { objects: 4, bytesDone: 10, bytesSent: 7 },
    ])
  })

  it('counts sidecars only in the bytes sent', async () => {
    const reported: PublishProgress[] = []
    const sidecar = ({ key }: PublishedObject) => stream(`_truth/${key}`, 'truth')
    await publish([await known('a', '1'), await known('b', '22')], memoryStore(), {
      ...{ concurrency: 1, sidecar, onProgress: (progress) => reported.push(progress) },
    })
    expect(reported).toEqual([
      { objects: 0, bytesDone: 1, bytesSent: 1 },
      { objects: 1, bytesDone: 1, bytesSent: 1 },
      { objects: 1, bytesDone: 1, bytesSent: 6 },
      { objects: 1, bytesDone: 3, bytesSent: 8 },
      { objects: 2, bytesDone: 3, bytesSent: 8 },
      { objects: 2, bytesDone: 3, bytesSent: 13 },
    ])
  })

  it('sorts the lists of its report by key', async () => {
    const store = await storeWith(Object.fromEntries(letters.map((key) => [key, 'other'])))
    const objects = letters.toReversed().map((key) => stream(key, key))
    const { conflicts } = await publish(objects, store)
    expect(conflicts.map(({ key }) => key)).toEqual(letters)
  })
})

describe('publishing a folder into a folder', () => {
  const files = { 'pump/2026-01-01.parquet': 'one', 'pump/2026-01-02.parquet': 'two', 'pump/_SUCCESS': '' }

  it('publishes each file once; the second run publishes nothing', async () => {
    const [out, lake] = [await tempFolder(), await tempFolder()]
    await writeFiles(out, files)
    const store = folderStore({ folder: lake })
    const first = await publish(localFiles(out), store)
    expect(first).toEqual({ ...nothingDone, published: 2, bytes: 6 })
    expect(await publish(localFiles(out), store)).toEqual({ ...nothingDone, unchanged: 2 })
    expect(await contentsOf(store)).toEqual({
      'pump/2026-01-01.parquet': 'one',
      'pump/2026-01-02.parquet': 'two',
    })
  })

  it('detects different content of the same size and time', async () => {
    const [out, lake] = [await tempFolder(), await tempFolder()]
    await writeFiles(out, { a: 'one' })
    const store = folderStore({ folder: lake })
    await publish(localFiles(out), store)
    const { atime, mtime } = await stat(join(lake, 'a'))
    await writeFiles(lake, { a: 'eno' })
    await utimes(join(lake, 'a'), atime, mtime)
    expect(await publish(localFiles(out), store)).toMatchObject({ conflicts: [{ key: 'a', size: 3 }] })
    expect(await publish(localFiles(out), store, { overwrite: true })).toMatchObject({ replaced: 1 })
    expect(await contentsOf(store)).toEqual({ a: 'one' })
  })

  it('names the file that cannot be read, not only its target', async () => {
    const [out, lake] = [await tempFolder(), await tempFolder()]
    await writeFiles(out, { a: 'one', b: 'two' })
    const objects = await collect(localFiles(out))
    await rm(join(out, 'a'))
    const report = await publish(objects, folderStore({ folder: lake }))
    expect(report).toMatchObject({ published: 1 })
    expect(report.failures).toMatchObject([
      {
        key: 'a',
        reason: `cannot write ${join(lake, 'a')}: cannot read ${join(out, 'a')}: no such file or folder`,
      },
    ])
  })
})
