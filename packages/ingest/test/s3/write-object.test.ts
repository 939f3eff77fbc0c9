import { randomBytes } from 'node:crypto'
import { identityOf, partBytes, publish } from '@minilake/ingest'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, rereadable } from '../fixtures/byte-stream.js'
import { errorOf, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

type Oddity = NonNullable<Parameters<typeof memoryS3>[0]>
type MemoryS3 = Awaited<ReturnType<typeof memoryS3>>

const content = randomBytes(3 * partBytes + 5)
const otherTail = Buffer.concat([content.subarray(0, 3 * partBytes), Buffer.from('other')])
const others = { bytes: Buffer.from('other'), etag: '7'.repeat(32), headers: {} }

const file = (bytes: Buffer) => ({
  ...rereadable(bytes),
  key: 'a',
  bytes: [bytes],
  etag: async () => (await identityOf([bytes])).etag,
})

/** A server to which something happens before it responds to the first request that matches. */
async function serverWhere(pattern: RegExp, happens: (s3: MemoryS3) => void, oddity: Oddity = {}) {
  let isOver = false
  const s3: MemoryS3 = await memoryS3({
    ...oddity,
    refuse: (asked, headers) => {
      if (!isOver && pattern.test(asked)) {
        isOver = true
        happens(s3)
      }
      return oddity.refuse?.(asked, headers)
    },
  })
  return s3
}

/** What another writer does that completes the only upload of a server with these bytes. */
async function completing(bytes: Buffer) {
  const { etag } = await identityOf([bytes])
  return ({ objects, uploads }: MemoryS3) => {
    for (const [id, { headers }] of uploads) {
      objects.set('a', { bytes, etag, headers })
      uploads.delete(id)
    }
  }
}

const secondPart = /^PUT .*partNumber=2/
const methods = (asked: string[]) => asked.map((line) => line.split(' ')[0])

describe('a store that ignores If-None-Match', () => {
  async function checkingFirst(pattern: RegExp, happens: (s3: MemoryS3) => void) {
    const s3 = await serverWhere(pattern, happens, { ignoresIfNoneMatch: true })
    const store = storeAt(s3.endpoint)
    expect(await store.probeCreateOnce()).toBe('check-then-write')
    s3.asked.length = 0
    return { ...s3, store }
  }

  it('keeps the first of two objects with the same key in one run', async () => {
    const { store, objects } = await checkingFirst(/never/, () => undefined)
    const report = await publish([file(Buffer.from('1')), file(Buffer.from('2'))], store)
    expect(report).toMatchObject({ published: 1, conflicts: [{ key: 'a' }] })
    expect(objects.get('a')?.bytes.toString()).toBe('1')
  })

  it('is asked for the key before anything is sent, even if the caller says that it is free', async () => {
    const { store, objects, asked } = await checkingFirst(/never/, () => undefined)
    objects.set('a', others)
    const result = await store.write('a', [content], { reread: rereadable(content), isKeyFree: true })
    expect(result).toMatchObject({ written: false, ...(await identityOf([content])) })
    expect(methods(asked)).toEqual(['HEAD'])
  })

  it('is asked again once a stream that fits into one request has been read', async () => {
    const { store, objects } = await checkingFirst(/never/, () => undefined)
    async function* overtaken() {
      yield* bytesOf('x')
      objects.set('a', await Promise.resolve(others))
    }
    expect(await store.write('a', overtaken(), { isKeyFree: true })).toMatchObject({ written: false })
    expect(objects.get('a')).toBe(others)
  })

  it('is asked again before an upload in parts is completed', async () => {
    const { store, objects, uploads } = await checkingFirst(secondPart, (s3) => s3.objects.set('a', others))
    const result = await store.write('a', [content], { reread: rereadable(content), isKeyFree: true })
    expect(result).toMatchObject({ written: false, ...(await identityOf([content])) })
    expect(objects.get('a')).toBe(others)
    expect(uploads.size).toBe(0)
  })

  it('replaces an existing object with overwrite', async () => {
    const { store, objects, asked } = await checkingFirst(/never/, () => undefined)
    objects.set('a', others)
    expect(await store.write('a', bytesOf('x'), { overwrite: true })).toMatchObject({ written: true })
    expect(methods(asked)).toEqual(['PUT'])
  })

  it('refuses a key that the user may not check', async () => {
    const { endpoint, objects } = await memoryS3({
      ignoresIfNoneMatch: true,
      refuse: (asked) => (asked.startsWith('HEAD') ? [403, ''] : undefined),
    })
    objects.set('a', others)
    const error = await errorOf(storeAt(endpoint, { checkThenWrite: true }).write('a', bytesOf('x')))
    expect(error.message).toMatch(/ignores If-None-Match, .* needs the right s3:GetObject on /)
    expect(objects.get('a')).toBe(others)
  })
})

describe('a key that the store reports as taken', () => {
  const taken = (times: number) => {
    let refused = 0
    return (asked: string): [number, string] | undefined =>
      asked.startsWith('PUT') && (refused += 1) <= times ? [412, 'PreconditionFailed'] : undefined
  }

  it('is written once more if it holds nothing', async () => {
    const once = await memoryS3({ refuse: taken(1) })
    const report = await publish([file(Buffer.from('x'))], storeAt(once.endpoint))
    expect(report).toMatchObject({ published: 1, conflicts: [], failures: [] })
    expect(once.objects.get('a')?.bytes.toString()).toBe('x')

    const always = await memoryS3({ refuse: taken(9) })
    const failed = await publish([file(Buffer.from('x'))], storeAt(always.endpoint))
    expect(failed).toMatchObject({ published: 0, conflicts: [], failures: [{ key: 'a' }] })
    expect(always.asked.filter((line) => line.startsWith('PUT'))).toHaveLength(2)
  })
})

describe('an upload that another writer completes', () => {
  it('with the same content counts as unchanged', async () => {
    const { endpoint, objects } = await serverWhere(secondPart, await completing(content))
    const report = await publish([file(content)], storeAt(endpoint))
    expect(report).toMatchObject({ published: 0, unchanged: 1, conflicts: [], failures: [] })
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
  })

  it('with different content is a conflict', async () => {
    for (const pattern of [secondPart, /^POST .*uploadId/]) {
      const { endpoint, objects } = await serverWhere(pattern, await completing(otherTail))
      const report = await publish([file(content)], storeAt(endpoint))
      expect(report).toMatchObject({ published: 0, unchanged: 0, conflicts: [{ key: 'a' }], failures: [] })
      expect(objects.get('a')?.bytes.equals(otherTail)).toBe(true)
    }
  })

  it('with the same content while we complete it counts as theirs', async () => {
    const { endpoint } = await serverWhere(/^POST .*uploadId/, await completing(content))
    expect(await publish([file(content)], storeAt(endpoint))).toMatchObject({ published: 0, unchanged: 1 })
  })

  it('with different content is replaced with overwrite', async () => {
    const { endpoint, objects } = await serverWhere(secondPart, await completing(otherTail))
    const report = await publish([file(content)], storeAt(endpoint), { overwrite: true })
    expect(report).toMatchObject({ published: 1, failures: [] })
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
  })

  it('or aborts is started again, once', async () => {
    const remove = ({ uploads }: MemoryS3) => uploads.clear()
    const once = await serverWhere(secondPart, remove)
    expect(await publish([file(content)], storeAt(once.endpoint))).toMatchObject({ published: 1 })
    expect(once.objects.get('a')?.bytes.equals(content)).toBe(true)

    const always = await memoryS3({
      refuse: (asked) => (secondPart.test(asked) ? [404, 'NoSuchUpload'] : undefined),
    })
    const report = await publish([file(content)], storeAt(always.endpoint))
    expect(report.failures[0]?.reason).toMatch(/its upload was aborted, or completed by another writer/)
    expect(always.asked.filter((line) => /^POST .*uploads/.test(line))).toHaveLength(2)
  })

  it('fails for that reason if the bytes are a stream', async () => {
    for (const happens of [await completing(content), ({ uploads }: MemoryS3) => uploads.clear()]) {
      const { endpoint } = await serverWhere(secondPart, happens)
      const error = await errorOf(storeAt(endpoint).write('a', [content]))
      expect(error.message).toMatch(
        /: its upload was aborted, or completed by another writer, during the write: write it again$/,
      )
    }
  })
})

describe('a signal', () => {
  it.each([
    ['while interrupted uploads are listed', /^GET .*uploads/],
    ['while their parts are listed', /^GET .*uploadId/],
  ])('aborted %s ends the write before anything is sent', async (_, pattern) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { endpoint, asked, uploads } = await serverWhere(pattern, () => controller.abort(reason))
    uploads.set('interrupted', { key: 'a', initiated: new Date(0), headers: {}, parts: new Map() })
    const writing = storeAt(endpoint).write('a', [], {
      reread: rereadable(content),
      signal: controller.signal,
      isKeyFree: true,
    })
    await expect(writing).rejects.toBe(reason)
    expect(methods(asked).filter((method) => method !== 'GET')).toEqual([])
  })

  it('does not wait for the listing of interrupted uploads', async () => {
    const controller = new AbortController()
    const { endpoint } = await memoryS3({
      hold: (asked) => {
        if (!/^GET .*uploads/.test(asked)) return undefined
        controller.abort('enough')
        return new Promise(() => undefined)
      },
    })
    const more = { reread: rereadable(content), signal: controller.signal }
    await expect(storeAt(endpoint).write('a', [], more)).rejects.toBe('enough')
  })
})

describe('the parts of an unsuccessful upload', () => {
  const refusing =
    (...refusals: [RegExp, number, string][]): NonNullable<Oddity['refuse']> =>
    (asked) => {
      const found = refusals.find(([pattern]) => pattern.test(asked))
      return found && [found[1], found[2]]
    }

  it('are removed if the key is taken and its object cannot be inspected', async () => {
    const { endpoint, uploads } = await memoryS3({
      refuse: refusing([/^POST .*uploadId/, 412, 'PreconditionFailed'], [/^HEAD/, 500, '']),
    })
    const work = storeAt(endpoint).write('a', [], { reread: rereadable(content), isKeyFree: true })
    const error = await errorOf(work)
    expect(error.message).toMatch(/: the key is taken, but its object cannot be inspected: write it again$/)
    expect(error.code).toBe('PreconditionFailed')
    expect(uploads.size).toBe(0)
  })

  it('are reported if they cannot be removed, even if the write does not fail', async () => {
    const { endpoint } = await serverWhere(/^PUT/, ({ objects }) => objects.set('a', others), {
      refuse: refusing([/^DELETE/, 403, 'AccessDenied']),
    })
    const left = expect.stringMatching(/^its parts may remain: .*s3:AbortMultipartUpload on iot-time-series$/)
    const store = storeAt(endpoint)
    const report = await publish([file(content)], store)
    expect(report.conflicts).toEqual([expect.objectContaining({ partsLeft: left as string })])
    expect(report.conflicts[0]?.reason).toMatch(
      / with different content; its parts may remain: access is denied/,
    )
  })

  it('are removed if none has arrived, whatever failed', async () => {
    const { endpoint, uploads } = await memoryS3({ refuse: refusing([/^PUT/, 503, 'SlowDown']) })
    const error = await errorOf(storeAt(endpoint).write('a', [], { reread: rereadable(content) }))
    expect(error.code).toBe('SlowDown')
    expect(uploads.size).toBe(0)
  })
})

describe('one large file', () => {
  it.each([
    ['uploaded from the start', {}],
    ['resumed', { 1: content.subarray(0, partBytes) }],
  ])('%s sends as many parts at a time as there are slots', async (_, parts) => {
    const large = Buffer.concat([content.subarray(0, 3 * partBytes), content, content.subarray(0, 5)])
    const count = 7 - Object.keys(parts).length
    let sending = 0
    let most = 0
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const { endpoint, objects, uploads } = await memoryS3({
      hold: async (asked) => {
        if (!asked.startsWith('PUT')) return
        sending += 1
        most = Math.max(most, sending)
        if (sending === count) release()
        await Promise.race([released, new Promise((resolve) => setTimeout(resolve, 20_000))])
        sending -= 1
      },
    })
    const headers = { 'x-amz-checksum-algorithm': 'CRC32' }
    const held = new Map(Object.entries(parts).map(([number, bytes]) => [Number(number), bytes]))
    uploads.set('interrupted', { key: 'a', initiated: new Date(0), headers, parts: held })
    const report = await publish([file(large)], storeAt(endpoint), { concurrency: 8 })
    expect(report).toMatchObject({ published: 1, partsResumed: 7 - count })
    expect(most).toBe(count)
    expect(objects.get('a')?.etag).toBe((await identityOf([large])).etag)
  })
})
