import { randomBytes } from 'node:crypto'
import { identityOf, partBytes, partSlots, type RereadableBytes } from '@minilake/ingest'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { rereadable } from '../fixtures/byte-stream.js'
import { errorOf, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const content = randomBytes(3 * partBytes + 5)

const unread = {
  [Symbol.iterator]: (): Iterator<Uint8Array> => {
    throw new Error('expected the stream not to be read')
  },
}

/** A server with some parts of an upload that started an hour ago. */
async function interrupted(
  parts: Record<number, Buffer>,
  {
    algorithm = 'CRC32',
    minutesAgo = 60,
    ...oddity
  }: Parameters<typeof memoryS3>[0] & { algorithm?: string; minutesAgo?: number } = {},
) {
  const s3 = await memoryS3(oddity)
  s3.uploads.set('interrupted', {
    key: 'a',
    initiated: new Date(Date.now() - minutesAgo * 60_000),
    headers: algorithm === '' ? {} : { 'x-amz-checksum-algorithm': algorithm },
    parts: new Map(Object.entries(parts).map(([number, bytes]) => [Number(number), bytes])),
  })
  const write = (reread = rereadable(content), options = {}) =>
    storeAt(s3.endpoint, options).write('a', unread, { reread })
  return { ...s3, write }
}

const part = (number: number) => content.subarray((number - 1) * partBytes, number * partBytes)
const partsSent = (asked: string[]) =>
  asked.flatMap((line) => (line.startsWith('PUT') ? [Number(/partNumber=(\d+)/.exec(line)?.[1])] : [])).sort()

describe('an interrupted upload', () => {
  it('is resumed from whichever parts it has, and becomes the object', async () => {
    const { write, asked, objects, uploads } = await interrupted({ 1: part(1), 3: part(3) })
    expect(await write()).toMatchObject({ written: true, partsResumed: 2, size: content.length })
    expect(partsSent(asked)).toEqual([2, 4])
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
    expect(uploads.size).toBe(0)
  })

  it('is found on any page of uploads and of parts', async () => {
    const { write, asked, uploads } = await interrupted(
      { 1: part(1), 2: part(2), 3: part(3) },
      { pageSize: 1 },
    )
    const other = { key: 'a', initiated: new Date(0), headers: {}, parts: new Map<number, Buffer>() }
    for (const id of ['x', 'y']) uploads.set(id, other)
    expect(await write()).toMatchObject({ written: true, partsResumed: 3 })
    expect(partsSent(asked)).toEqual([4])
    expect([...uploads.keys()]).toEqual(['x', 'y'])
  })

  it('with the most of our bytes is the one that is resumed', async () => {
    const { write, uploads } = await interrupted({ 1: part(1), 2: part(2), 4: part(4) })
    const headers = { 'x-amz-checksum-algorithm': 'CRC32' }
    const initiated = new Date(0)
    uploads.set('fewer', { key: 'a', initiated, headers, parts: new Map([[1, part(1)]]) })
    uploads.set('with other bytes', {
      key: 'a',
      initiated,
      headers,
      parts: new Map([1, 2, 3, 4].map((n) => [n, part(4)])),
    })
    uploads.set('of another key', {
      key: 'ab',
      initiated,
      headers,
      parts: new Map([1, 2, 3, 4].map((n) => [n, part(n)])),
    })
    expect(await write()).toMatchObject({ written: true, partsResumed: 3 })
    expect([...uploads.keys()]).toEqual(['fewer', 'with other bytes', 'of another key'])
  })

  it.each<[string, Record<number, Buffer>, Parameters<typeof interrupted>[1]?]>([
    ['if a part has other bytes', { 1: part(1), 2: randomBytes(partBytes) }],
    ['if a part has another size', { 1: part(1).subarray(1) }],
    ['if it has a part too many', { 1: part(1), 5: part(1) }],
    ['if it has no parts', {}],
    ['if it has other checksums', { 1: part(1) }, { algorithm: 'SHA256' }],
    ['if it may still be running', { 1: part(1) }, { minutesAgo: 0 }],
    ['if listing is denied', { 1: part(1) }, { refuse: refusing(/^GET .*uploads/, 403, 'AccessDenied') }],
    [
      'if listing is not implemented',
      { 1: part(1) },
      { refuse: refusing(/^GET .*uploads/, 501, 'NotImplemented') },
    ],
  ])('is left alone and the object uploaded from the start %s', async (_, parts, oddity) => {
    const { write, asked, objects, uploads } = await interrupted(parts, oddity)
    const result = await write()
    expect(result).toMatchObject({ written: true })
    expect(result.partsResumed).toBeUndefined()
    expect(partsSent(asked)).toEqual([1, 2, 3, 4])
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
    expect([...uploads.keys()]).toEqual(['interrupted'])
  })

  it('is resumed if the store does not name its checksums', async () => {
    const { write, asked, objects } = await interrupted({ 1: part(1), 3: part(3) }, { algorithm: '' })
    expect(await write()).toMatchObject({ written: true, partsResumed: 2 })
    expect(partsSent(asked)).toEqual([2, 4])
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
  })

  it('is left alone with sha256InMetadata: its metadata may be of other bytes', async () => {
    const { endpoint, asked, objects, uploads } = await interrupted({ 1: part(1) })
    const sha256 = () => Promise.resolve('the SHA-256')
    const store = storeAt(endpoint, { sha256InMetadata: true })
    expect(await store.write('a', unread, { reread: rereadable(content), sha256 })).toMatchObject({
      written: true,
    })
    expect(partsSent(asked)).toEqual([1, 2, 3, 4])
    expect(objects.get('a')?.headers['x-amz-meta-minilake-sha256']).toBe('the SHA-256')
    expect([...uploads.keys()]).toEqual(['interrupted'])
  })

  it('that this store object left is resumed at once, but only by it', async () => {
    let isBusy = true
    const { endpoint, uploads } = await memoryS3({
      refuse: (asked) => (isBusy && /^POST .*uploadId/.test(asked) ? [503, 'SlowDown'] : undefined),
    })
    const store = storeAt(endpoint)
    const write = (by = store) => by.write('a', unread, { reread: rereadable(content) })
    for (const isFirst of [true, false]) {
      expect((await errorOf(write())).code, String(isFirst)).toBe('SlowDown')
      expect([...uploads.values()].map(({ parts }) => parts.size)).toEqual([4])
    }
    isBusy = false
    const copies = new Map(uploads)
    expect(await write()).toMatchObject({ written: true, partsResumed: 4 })
    expect(uploads.size).toBe(0)
    for (const [id, upload] of copies) uploads.set(id, upload)
    const other = await storeAt(endpoint).write('a', unread, { reread: rereadable(content), overwrite: true })
    expect(other.partsResumed).toBeUndefined()
  })

  it('stays if its connection is slow, which S3 reports as 400 RequestTimeout', async () => {
    const { write, asked, uploads } = await interrupted(
      { 1: part(1), 2: part(2) },
      { refuse: refusing(/^PUT .*partNumber=3/, 400, 'RequestTimeout') },
    )
    await expect(write()).rejects.toMatchObject({ code: 'RequestTimeout' })
    expect([...uploads.keys()]).toEqual(['interrupted'])
    expect(asked.filter((line) => line.startsWith('DELETE'))).toEqual([])
  })

  it('ends like others that share its slots if the store fails all of them', async () => {
    const keys = ['a', 'b', 'c', 'd']
    const { endpoint, uploads } = await interrupted({}, { refuse: refusing(/^PUT/, 503, 'SlowDown') })
    for (const key of keys) {
      const headers = { 'x-amz-checksum-algorithm': 'CRC32' }
      uploads.set(key, { key, initiated: new Date(0), headers, parts: new Map([[1, part(1)]]) })
    }
    const slots = partSlots(4)
    const store = storeAt(endpoint, { maxAttempts: 1 })
    const writing = keys.map((key) => store.write(key, unread, { reread: rereadable(content), slots }))
    const results = await Promise.allSettled(writing)
    expect(results.map(({ status }) => status)).toEqual(keys.map(() => 'rejected'))
    const taken = await Promise.all(Array.from({ length: slots.count }, () => slots.take()))
    taken.forEach((slot) => slot.free())
  })

  it('that the store refuses to complete is removed, and the object uploaded from the start', async () => {
    const { write, asked, objects, uploads } = await interrupted(
      { 1: part(1) },
      { refuse: refusing(/^POST .*uploadId=interrupted/, 400, 'InvalidPart') },
    )
    expect(await write()).toEqual(expect.not.objectContaining({ partsResumed: 1 }))
    expect(partsSent(asked)).toEqual([1, 2, 2, 3, 3, 4, 4])
    expect(objects.get('a')?.bytes.equals(content)).toBe(true)
    expect(uploads.size).toBe(0)
  })

  it('stays if the store fails, and so does an upload from the start', async () => {
    for (const parts of [{ 1: part(1) }, {}]) {
      const { write, uploads } = await interrupted(parts, {
        refuse: refusing(/^POST .*uploadId/, 503, 'SlowDown'),
      })
      expect((await errorOf(write())).message).toMatch(/ is too busy: try again later$/)
      const most = [...uploads.values()].map((upload) => upload.parts.size)
      expect(Math.max(...most)).toBe(4)
    }
  })

  it('is removed if another writer is first', async () => {
    const { endpoint, objects, uploads } = await interrupted({ 1: part(1) })
    const other = { bytes: Buffer.alloc(7), etag: '7', headers: {} }
    const reread = rereadable(content)
    const readInto: RereadableBytes['readInto'] = (target, start) => {
      objects.set('a', other)
      return reread.readInto(target, start)
    }
    const store = storeAt(endpoint)
    const result = await store.write('a', [content], { reread: { size: reread.size, readInto } })
    expect(result).toMatchObject({ written: false, ...(await identityOf([content])) })
    expect(uploads.size).toBe(0)
    expect(objects.get('a')).toBe(other)
  })

  it('is removed if the bytes can no longer be read', async () => {
    const { endpoint, uploads } = await interrupted({ 1: part(1) })
    const reread = rereadable(content)
    const readInto: RereadableBytes['readInto'] = (target, start) =>
      start === 0 ? reread.readInto(target, start) : Promise.reject(new Error('it changed'))
    const work = storeAt(endpoint).write('a', unread, { reread: { size: reread.size, readInto } })
    expect((await errorOf(work)).message).toBe('cannot write s3://iot-time-series/a: it changed')
    expect(uploads.size).toBe(0)
  })

  it('is not searched for if the bytes are a stream or a single part', async () => {
    const { endpoint, asked } = await interrupted({ 1: part(1) })
    await storeAt(endpoint).write('a', [content])
    await storeAt(endpoint).write('b', unread, { reread: rereadable(content.subarray(0, partBytes)) })
    expect(asked.filter((line) => /^GET .*uploads/.test(line))).toEqual([])
  })
})

describe('unfinished uploads', () => {
  it('are listed by prefix, and can be removed twice', async () => {
    const { endpoint, uploads } = await interrupted({ 1: part(1), 4: part(4) })
    uploads.set('other', { key: 'b/c', initiated: new Date(5000), headers: {}, parts: new Map() })
    const store = storeAt(endpoint)
    const found = []
    for await (const upload of store.unfinishedUploads(['b/', 'x'])) found.push(upload)
    const date = new Date(5000)
    expect(found).toEqual([
      expect.objectContaining({ key: 'b/c', uploadId: 'other', initiated: date, lastActivity: date }),
    ])
    expect(found[0]).toMatchObject({ bytes: 0, parts: 0, listedAt: expect.any(Date) as Date })
    for (const upload of [...found, ...found]) await store.abortUpload(upload)
    const rest = []
    for await (const upload of store.unfinishedUploads()) rest.push(upload)
    expect(rest).toMatchObject([{ key: 'a', bytes: partBytes + 5, parts: 2 }])
  })

  it('name the missing right', async () => {
    const { endpoint } = await memoryS3({ refuse: () => [403, 'AccessDenied'] })
    const listing = storeAt(endpoint).unfinishedUploads()[Symbol.asyncIterator]().next()
    expect((await errorOf(listing)).message).toMatch(
      /^cannot list the unfinished uploads of s3:.*lacks the right s3:ListBucketMultipartUploads and s3:ListMultipartUploadParts on /,
    )
    const removal = storeAt(endpoint).abortUpload({ key: 'a', uploadId: '7' })
    expect((await errorOf(removal)).message).toMatch(/lacks the right s3:AbortMultipartUpload on /)
  })
})

function refusing(pattern: RegExp, status: number, code: string) {
  return (asked: string): [number, string] | undefined => (pattern.test(asked) ? [status, code] : undefined)
}
