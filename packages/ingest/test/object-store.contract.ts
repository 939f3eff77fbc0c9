import { identityOf, type ObjectStore, ObjectStoreError, partBytes, publish } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { bytesOf, collect, failingAfter, rereadable, waitingAfter } from './fixtures/byte-stream.js'

const keysOf = async (store: ObjectStore, prefix: string) =>
  (await collect(store.list(prefix))).map(({ key }) => key)
const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'
const textOf = async (store: ObjectStore, key: string) => new TextDecoder().decode(await store.read(key))

/** What stores may differ in. */
export interface StoreCapabilities {
  /**
   * A key below another object, as `a/b` below `a`. S3 holds it; a folder refuses it. MinIO holds it, but leaves it out of listings.
   */
  besideFolder: 'held' | 'unlisted' | 'refused'
}

/** What every ObjectStore guarantees. `open` returns an empty store. */
export function objectStoreContract(
  open: () => Promise<ObjectStore> | ObjectStore,
  { besideFolder }: StoreCapabilities,
): void {
  describe('as an object store', () => {
    it('lists, finds and reads a written object, with its size and ETag', async () => {
      const store = await open()
      const identity = { size: 3, etag: '900150983cd24fb0d6963f7d28e17f72' }
      const result = await store.write('pump/a.parquet', [...bytesOf('a'), ...bytesOf('bc')])
      expect(result).toEqual({ written: true, ...identity })
      for (const object of [...(await collect(store.list(''))), await store.find('pump/a.parquet')]) {
        expect(object).toMatchObject({ key: 'pump/a.parquet', size: identity.size })
        expect(await object?.etag()).toBe(identity.etag)
        // A store counts in whole seconds, and its clock may differ from this one by some.
        expect(Math.abs(Date.now() - Number(object?.modified))).toBeLessThan(60_000)
      }
      const { now } = store as { now?: () => Promise<Date | undefined> }
      if (now) {
        const written = await store.find('pump/a.parquet')
        const millis = Number(await now()) - Number(written?.modified)
        expect(millis).toBeGreaterThanOrEqual(0)
        expect(millis).toBeLessThan(60_000)
      }
      expect(await textOf(store, 'pump/a.parquet')).toBe('abc')
    })

    it('opens an object as a stream, and rejects for a missing one', async () => {
      const store = await open()
      await store.write('pump/a', bytesOf('abc'))
      const chunks: Uint8Array[] = []
      for await (const chunk of await store.open('pump/a')) chunks.push(Buffer.from(chunk))
      expect(Buffer.concat(chunks).toString()).toBe('abc')
      for (const missing of ['pump/b', 'pump']) {
        const error: unknown = await store.open(missing).catch((cause: unknown) => cause)
        expect(error).toBeInstanceOf(ObjectStoreError)
        expect(error).toMatchObject({ key: missing, location: store.location })
      }
      await expect(store.open('../a')).rejects.toThrow(RangeError)
    })

    it('reads a slice of an object, as far as the object goes', async () => {
      const store = await open()
      await store.write('pump/a', bytesOf('abcdef'))
      await store.write('pump/empty', [])
      const slices = [
        [0, 6, 'abcdef'],
        [1, 3, 'bc'],
        [4, 100, 'ef'],
        [6, 9, ''],
        [2, 2, ''],
      ] as const
      for (const [start, end, text] of slices) {
        expect(new TextDecoder().decode(await store.slice('pump/a', start, end))).toBe(text)
      }
      expect(await store.slice('pump/empty', 0, 4)).toHaveLength(0)
      const error: unknown = await store.slice('pump/b', 0, 4).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ key: 'pump/b', location: store.location })
      await expect(store.slice('../a', 0, 4)).rejects.toThrow(RangeError)
    })

    it('reports how many bytes it has accepted', async () => {
      const store = await open()
      const sizes = [3, partBytes + 7]
      for (const size of sizes) {
        let taken = 0
        const onBytes = (bytes: number) => void (taken += bytes)
        await store.write(`pump/${size}`, [Buffer.alloc(size)], { onBytes })
        expect(taken).toBe(size)
      }
    })

    it('finishes with each chunk before it pulls the next, which may reuse the buffer', async () => {
      const store = await open()
      function* refilled() {
        const chunk = new Uint8Array(1_000_003)
        for (let at = 0; at < 40; at++) yield chunk.fill(at)
      }
      const expected = Buffer.concat(Array.from({ length: 40 }, (_, at) => Buffer.alloc(1_000_003, at)))
      const result = await store.write('a', refilled())
      expect(result).toEqual({ written: true, ...(await identityOf([expected])) })
      expect(Buffer.compare(await store.read('a'), expected)).toBe(0)
    })

    it('writes rereadable bytes like the same bytes of a stream', async () => {
      const store = await open()
      const bytes = Buffer.alloc(2 * partBytes + 1, 'minilake')
      const result = await store.write('a', [bytes], { reread: rereadable(bytes), isKeyFree: true })
      expect(result).toEqual({ written: true, ...(await identityOf([bytes])) })
      expect(Buffer.compare(await store.read('a'), bytes)).toBe(0)
    })

    it('writes an empty object', async () => {
      const store = await open()
      const identity = { size: 0, etag: 'd41d8cd98f00b204e9800998ecf8427e' }
      expect(await store.write('empty', [])).toEqual({ written: true, ...identity })
      expect((await store.find('empty'))?.size).toBe(0)
    })

    it('computes the ETag of S3 for an object of several parts', async () => {
      const store = await open()
      const chunks = Array.from({ length: 17 }, (_, index) => new Uint8Array(1024 * 1024).fill(index))
      const identity = await identityOf(chunks)
      expect(identity.size).toBeGreaterThan(partBytes)
      expect(identity.etag).toMatch(/-2$/)
      expect(await store.write('large', chunks)).toEqual({ written: true, ...identity })
      expect(await (await store.find('large'))?.etag()).toBe(identity.etag)
    })

    it('accepts a stream that reuses its memory for each chunk', async () => {
      const store = await open()
      async function* reusing() {
        const chunk = new Uint8Array(2)
        for (const letter of 'abc') {
          chunk.fill(letter.charCodeAt(0))
          yield Promise.resolve(chunk)
        }
      }
      const { etag } = await store.write('a', reusing())
      expect(await textOf(store, 'a')).toBe('aabbcc')
      expect(etag).toBe((await identityOf(bytesOf('aabbcc'))).etag)
    })

    it('keeps the object of a taken key, and returns the identity of the new bytes', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      const second = await identityOf(bytesOf('second'))
      expect(await store.write('a', bytesOf('second'))).toMatchObject({ written: false, ...second })
      expect(await textOf(store, 'a')).toBe('first')
    })

    it('replaces an object with overwrite', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      expect(await store.write('a', bytesOf('second'), { overwrite: true })).toMatchObject({ written: true })
      expect(await textOf(store, 'a')).toBe('second')
      expect(await store.write('b', bytesOf('new'), { overwrite: true })).toMatchObject({ written: true })
      expect(await keysOf(store, '')).toEqual(['a', 'b'])
    })

    it('lets exactly one of 20 racing writers win', async () => {
      const store = await open()
      const contents = Array.from({ length: 20 }, (_, index) => `content ${index}`)
      const race = startTogether(contents)
      const results = await Promise.all(race.map((bytes) => store.write('pump/a', bytes)))
      expect(results.filter(({ written }) => written)).toHaveLength(1)
      const winner = results.findIndex(({ written }) => written)
      expect(await textOf(store, 'pump/a')).toBe(contents[winner])
      expect(await keysOf(store, '')).toEqual(['pump/a'])
    })

    it('lets exactly one of 20 racing writers of the same bytes win', async () => {
      const store = await open()
      const race = startTogether(Array.from({ length: 20 }, () => 'content'))
      const results = await Promise.all(race.map((bytes) => store.write('pump/a', bytes)))
      expect(results.filter(({ written }) => written)).toHaveLength(1)
      expect(await textOf(store, 'pump/a')).toBe('content')
    })

    it('holds one whole object after a race of overwriting writers', async () => {
      const store = await open()
      const contents = Array.from({ length: 5 }, (_, index) => `content ${index}`.repeat(index + 1))
      const race = startTogether(contents)
      await Promise.all(race.map((bytes) => store.write('a', bytes, { overwrite: true })))
      expect(contents).toContain(await textOf(store, 'a'))
      expect(await keysOf(store, '')).toEqual(['a'])
    })

    it('shows nothing of an object whose stream fails, and reports why', async () => {
      const store = await open()
      const cause = new Error('the sensor is gone')
      const error: unknown = await store
        .write('pump/a', failingAfter('half', cause))
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ObjectStoreError)
      expect(error).toMatchObject({ key: 'pump/a', location: store.location, cause })
      expect((error as Error).message).toMatch(/^cannot write .*: the sensor is gone$/)
      expect(await store.find('pump/a')).toBeUndefined()
      expect(await keysOf(store, '')).toEqual([])
    })

    it('keeps the old object if the stream that should replace it fails', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      const stream = failingAfter('half', new Error('the sensor is gone'))
      await expect(store.write('a', stream, { overwrite: true })).rejects.toThrow('the sensor is gone')
      expect(await textOf(store, 'a')).toBe('first')
    })

    it('shows an object only once its stream has ended', async () => {
      const store = await open()
      const seen: (string[] | undefined)[] = []
      async function* watched() {
        for (let chunk = 0; chunk < 3; chunk += 1) {
          yield* bytesOf('x'.repeat(100_000))
          seen.push(await keysOf(store, ''))
          expect(await store.find('pump/a')).toBeUndefined()
          await expect(store.read('pump/a')).rejects.toThrow(ObjectStoreError)
        }
      }
      await store.write('pump/a', watched())
      expect(seen).toEqual([[], [], []])
      expect((await store.find('pump/a'))?.size).toBe(300_000)
    })

    it('shows the old object until the stream that replaces it has ended', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      const seen: string[] = []
      async function* watched() {
        yield* bytesOf('sec')
        seen.push(await textOf(store, 'a'))
        yield* bytesOf('ond')
        seen.push(await textOf(store, 'a'))
      }
      await store.write('a', watched(), { overwrite: true })
      expect(seen).toEqual(['first', 'first'])
      expect(await textOf(store, 'a')).toBe('second')
    })

    it('rejects with the reason of the signal, whatever it is, and shows nothing', async () => {
      const store = await open()
      for (const reason of [undefined, new Error('enough')]) {
        const controller = new AbortController()
        const { signal } = controller
        async function* aborted() {
          yield* bytesOf('half')
          controller.abort(reason)
          yield Promise.resolve(new Uint8Array(1))
        }
        const error: unknown = await store.write('a', aborted(), { signal }).catch((cause: unknown) => cause)
        expect(error).toBe(signal.reason)
        expect(await keysOf(store, '')).toEqual([])
      }
    })

    it('rejects with the reason of the signal if the stream ends as it is aborted', async () => {
      const store = await open()
      const controller = new AbortController()
      const reason = new Error('enough')
      async function* aborted() {
        yield* bytesOf('whole')
        controller.abort(reason)
        await Promise.resolve()
      }
      const { signal } = controller
      await expect(store.write('a', aborted(), { signal })).rejects.toBe(reason)
      expect(await keysOf(store, '')).toEqual([])
    })

    it('rejects with the reason of the signal for a taken key', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      await expect(store.write('a', bytesOf('second'), { signal })).rejects.toBe(reason)
    })

    it('ends a write at once if it is aborted while its stream is waiting, and shows nothing', async () => {
      const store = await open()
      await store.write('taken', bytesOf('first'))
      for (const key of ['a', 'taken']) {
        const controller = new AbortController()
        const { signal } = controller
        const reason = new Error('enough')
        const stream = waitingAfter('half', () => controller.abort(reason))
        await expect(store.write(key, stream, { signal })).rejects.toBe(reason)
        expect(await keysOf(store, '')).toEqual(['taken'])
        expect(await textOf(store, 'taken')).toBe('first')
      }
    })

    it('ends an overwriting write if it is aborted while its stream is waiting, and keeps the old object', async () => {
      const store = await open()
      await store.write('a', bytesOf('first'))
      const controller = new AbortController()
      const { signal } = controller
      const stream = waitingAfter('half', () => controller.abort('enough'))
      await expect(store.write('a', stream, { signal, overwrite: true })).rejects.toBe('enough')
      expect(await textOf(store, 'a')).toBe('first')
    })

    it('lists keys in the order of their UTF-8 bytes, as S3 does', async () => {
      const store = await open()
      // In UTF-16, JavaScript's own order, the clef sorts before the full-width z.
      const ordered = ['a-b/x', 'a.txt', 'a/b/c', 'a/y', 'a0', 'b', 'b ', 'ｚ', '𝄞']
      for (const key of ordered.toReversed()) await store.write(`t/${key}`, [])
      expect(await keysOf(store, 't/')).toEqual(ordered.map((key) => `t/${key}`))
    })

    it('lists the keys that start with the prefix, with or without a slash at its end', async () => {
      const store = await open()
      for (const key of ['pump/a', 'pump/b', 'pump_daily/a', 'q/pump/a']) await store.write(key, [])
      expect(await keysOf(store, '')).toEqual(['pump/a', 'pump/b', 'pump_daily/a', 'q/pump/a'])
      expect(await keysOf(store, 'pump/')).toEqual(['pump/a', 'pump/b'])
      expect(await keysOf(store, 'pump')).toEqual(['pump/a', 'pump/b', 'pump_daily/a'])
      expect(await keysOf(store, 'pump/b')).toEqual(['pump/b'])
    })

    it.each(['pump/', 'missing', '../', '/', 'a/../', './', 'a//', '..\\'])(
      'lists nothing for %j, which no key starts with',
      async (prefix) => {
        const store = await open()
        await store.write('a/b', [])
        expect(await keysOf(store, prefix)).toEqual([])
      },
    )

    it('finds no object for a missing key, nor for a folder of objects', async () => {
      const store = await open()
      await store.write('pump/a', [])
      expect(await store.find('pump/b')).toBeUndefined()
      expect(await store.find('pump')).toBeUndefined()
      expect(await store.find('valve/a')).toBeUndefined()
    })

    it('rejects a read of a missing object with its key', async () => {
      const store = await open()
      const error: unknown = await store.read('pump/a').catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(ObjectStoreError)
      expect(error).toMatchObject({ key: 'pump/a', location: store.location })
      expect((error as Error).message).toMatch(/^cannot read .*a: no such /)
    })

    it('removes an object, and resolves for a missing one', async () => {
      const store = await open()
      for (const key of ['a', 'b']) await store.write(key, bytesOf('first'))
      await store.remove('a')
      await store.remove('a')
      expect(await keysOf(store, '')).toEqual(['b'])
      expect(await store.write('a', bytesOf('again'))).toMatchObject({ written: true })
    })

    it.each(['', '..', '../a', 'a/../b', 'a\\b', 'a//b', 'a/', '/a', 'a\0b'])(
      'refuses to write the key %j',
      async (key) => {
        const store = await open()
        await expect(store.write(key, bytesOf('x'))).rejects.toThrow(RangeError)
        expect(await keysOf(store, '')).toEqual([])
      },
    )

    it('finds many keys as find does, in any order', async () => {
      const store = await open()
      const find = store.finder?.() ?? ((key: string) => store.find(key))
      for (const key of ['pump/b', 'pump/c/d', 'top', '_truth/pump/b']) await store.write(key, bytesOf(key))
      for (const key of ['pump/a', 'pump/b', '_truth/pump/b', 'pump/c', 'pump/c/d', 'pump/a', 'top', 'x']) {
        const [expected, found] = [await store.find(key), await find(key)]
        expect([found?.key, found?.size, await found?.etag()]).toEqual([
          ...[expected?.key, expected?.size, await expected?.etag()],
        ])
      }
    })

    it.each(['ä'.repeat(127) + 'b', '𝄞'.repeat(63) + 'abc', `${'c'.repeat(247)}.parquet`])(
      'holds an object whose name has 255 bytes: %.12s…',
      async (name) => {
        const store = await open()
        for (const key of [name, `folder/${name}/${name}`]) {
          expect(await store.write(key, bytesOf('abc'))).toMatchObject({ written: true })
          expect(await store.write(key, bytesOf('abcd'), { overwrite: true })).toMatchObject({
            written: true,
          })
          expect(await textOf(store, key)).toBe('abcd')
          expect(await keysOf(store, key)).toEqual([key])
        }
      },
    )

    it(`treats a key below another object, and the key of a folder, as "${besideFolder}"`, async () => {
      for (const [first, second] of [
        ['t/a', 't/a/b'],
        ['t/a', 't/a/b/c'],
        ['t/a/b', 't/a'],
      ] as const) {
        const store = await open()
        await store.write(first, bytesOf('first'))
        expect(await store.find(second)).toBeUndefined()
        for (const overwrite of [false, true]) {
          const writing = store.write(second, bytesOf('second'), { overwrite })
          if (besideFolder !== 'refused') {
            expect(await writing).toMatchObject({ written: true })
            expect(await textOf(store, second)).toBe('second')
            await store.remove(second)
            continue
          }
          const error: unknown = await writing.catch((cause: unknown) => cause)
          expect(error).toBeInstanceOf(ObjectStoreError)
          expect(error).toMatchObject({ key: second, code: 'KeyNotSupported' })
          expect((error as Error).message).toMatch(
            /^cannot write \S+: this store cannot hold a key below another object, or an object whose key is a folder of others: choose another key$/,
          )
        }
        await store.remove(second)
        expect(await textOf(store, first)).toBe('first')
        if (besideFolder === 'held') await store.write(second, [])
        if (besideFolder !== 'unlisted')
          expect(await keysOf(store, '')).toEqual(besideFolder === 'held' ? [first, second].sort() : [first])
      }
    })

    it.each([
      ['half a surrogate pair', 'a/\ud834', /half a surrogate pair/],
      ['a name of 256 bytes', `a/${'ä'.repeat(128)}`, /at most 255 bytes between slashes, got 256/],
      ['the name of an unfinished file', `a/.b.${uuid}.part`, /stand for unfinished files/],
      ['a folder of that name', `a/.b.${uuid}.part/c`, /stand for unfinished files/],
    ])('refuses %s in every way', async (_, key, sentence) => {
      const store = await open()
      for (const work of [
        () => store.write(key, bytesOf('x')),
        () => store.write(key, bytesOf('x'), { overwrite: true }),
        () => store.find(key),
        () => store.read(key),
        () => store.open(key),
      ]) {
        const error: unknown = await work().then(
          () => undefined,
          (cause: unknown) => cause,
        )
        expect(error).toBeInstanceOf(RangeError)
        expect((error as Error).message).toMatch(sentence)
      }
      const report = await publish([{ key, bytes: bytesOf('x') }], store)
      expect(report.failures).toMatchObject([{ key, reason: expect.stringMatching(sentence) as string }])
      expect(await keysOf(store, '')).toEqual([])
    })

    it('refuses to write a key of more than 1,024 bytes', async () => {
      const store = await open()
      await expect(store.write('a'.repeat(1025), bytesOf('x'))).rejects.toThrow(
        'object key expected 1 to 1024 bytes, got 1025',
      )
    })
  })
}

// Streams that end only once all have started, so that no writer is done before another one starts.
function startTogether(contents: string[]): AsyncIterable<Uint8Array>[] {
  let started = 0
  let release: () => void
  const allStarted = new Promise<void>((resolve) => (release = resolve))
  return contents.map(async function* (content) {
    yield* bytesOf(content.slice(0, 3))
    started += 1
    if (started === contents.length) release()
    await allStarted
    yield* bytesOf(content.slice(3))
  })
}
