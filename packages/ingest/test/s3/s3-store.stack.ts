import { createHash, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { identityOf, ObjectStoreError, partBytes, publish } from '@minilake/ingest'
import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { crc32Text } from '../../src/bytes/crc32.js'
import { bytesOf, collect } from '../fixtures/byte-stream.js'
import { bareProxy } from '../fixtures/bare-proxy.js'
import { freshBucket } from '../fixtures/fresh-bucket.js'
import { objectStoreContract } from '../object-store.contract.js'

const mebi = 1024 * 1024

describe('s3Store on a store that sends no vendor header', () => {
  objectStoreContract(
    async () => {
      const { options } = await freshBucket()
      return s3Store({ ...options, endpoint: (await bareProxy(options.endpoint)).endpoint })
    },
    { besideFolder: 'unlisted' },
  )

  it('publishes large and small objects, once', async () => {
    const { options } = await freshBucket()
    const { endpoint } = await bareProxy(options.endpoint)
    const files = ['t/a', Buffer.alloc(partBytes + 1)].map((content, index) => ({
      key: `t/${index}`,
      bytes: typeof content === 'string' ? bytesOf(content) : [content],
    }))
    const store = s3Store({ ...options, endpoint })
    expect(await publish(files, store)).toMatchObject({ published: 2, failures: [] })
    expect(await publish(files, store)).toMatchObject({ published: 0, unchanged: 2 })
    expect(await store.probeCreateOnce()).toBe('create-once')
  })
})

describe('s3Store on MinIO', () => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error) => warnings.push(message)
  beforeAll(() => {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
    process.on('warning', onWarning)
  })
  afterAll(() => {
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  objectStoreContract(async () => s3Store((await freshBucket()).options), { besideFolder: 'unlisted' })

  describe('below a prefix, beside objects of others', () => {
    objectStoreContract(
      async () => {
        const { options } = await freshBucket()
        const whole = s3Store(options)
        for (const key of ['a', 'pump/a', 'team/lake2/a']) await whole.write(key, [])
        return s3Store({ ...options, keyPrefix: 'team/lake/' })
      },
      { besideFolder: 'unlisted' },
    )
  })

  it('lists several pages of objects in order, without the folders of consoles', async () => {
    const { options, client } = await freshBucket()
    const store = s3Store(options)
    const keys = Array.from({ length: 1005 }, (_, index) => `t/${String(index).padStart(4, '0')}`)
    for (let first = 0; first < keys.length; first += 50) {
      await Promise.all(keys.slice(first, first + 50).map((key) => store.write(key, [])))
    }
    const folder = { Bucket: options.bucket, Key: 't/folder/' }
    await client.send(new PutObjectCommand({ ...folder, Body: '' }))
    expect((await collect(store.list('t/'))).map(({ key }) => key)).toEqual(keys)
    await client.send(new DeleteObjectCommand(folder))
    for (let first = 0; first < keys.length; first += 50) {
      await Promise.all(keys.slice(first, first + 50).map((key) => store.remove(key)))
    }
  })

  it.each(['', 'team/lake/'])(
    'lists the folders below a prefix, also of a store below %j',
    async (keyPrefix) => {
      const { options } = await freshBucket()
      const store = s3Store({ ...options, keyPrefix })
      for (const key of ['t/a', 't/day=1/a', 't/day=1/b', 't/day=2/inner/a', 'tt/day=3/a'])
        await store.write(key, [])
      expect(await collect(store.folders('t/'))).toEqual(['t/day=1/', 't/day=2/'])
      expect(await collect(store.folders('t/day=2/'))).toEqual(['t/day=2/inner/'])
      expect(await collect(store.folders(''))).toEqual(['t/', 'tt/'])
      expect(await collect(store.folders('none/'))).toEqual([])
    },
  )

  it.each(['.', '..', 't/.', 't/..', '...', 't', 'x'.repeat(1024), 'x'.repeat(1025), 'a\0', 'ü \u0001+%20'])(
    'lists the keys that start with %j, without an error',
    async (prefix) => {
      const store = s3Store((await freshBucket()).options)
      const keys = ['..a', 't/.a', 'ü \u0001+%20& \'"<']
      for (const key of keys) await store.write(key, [])
      const found = (await collect(store.list(prefix))).map(({ key }) => key)
      expect(found).toEqual(keys.filter((key) => key.startsWith(prefix)))
    },
  )

  it('publishes nothing the second time', async () => {
    const { options } = await freshBucket()
    const files = ['t/a', 't/b'].map((key) => ({ key, bytes: bytesOf(key) }))
    expect(await publish(files, s3Store(options))).toMatchObject({ published: 2, failures: [] })
    expect(await publish(files, s3Store(options))).toMatchObject({ published: 0, unchanged: 2 })
  })

  it.each([
    [partBytes - 1, /^\w{32}$/],
    [partBytes, /^\w{32}$/],
    [partBytes + 1, /-2$/],
    [3 * partBytes, /-3$/],
  ])('stores an object of %i bytes unchanged, with its ETag', async (size, etag) => {
    const store = s3Store((await freshBucket()).options)
    const bytes = Buffer.alloc(size, 'minilake')
    const identity = await identityOf([bytes])
    expect(identity.etag).toMatch(etag)
    expect(await store.write('a', [bytes])).toEqual({ written: true, ...identity })
    const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
    expect(digest(await store.read('a'))).toBe(digest(bytes))
  })

  it("stores with checksums 'md5'", async () => {
    const store = s3Store({ ...(await freshBucket()).options, checksums: 'md5' })
    expect(await store.write('a', [Buffer.alloc(partBytes + 1)])).toMatchObject({ written: true })
    expect((await store.read('a')).length).toBe(partBytes + 1)
  })

  it('lets exactly one of 5 racing uploads in parts win, and leaves no parts', async () => {
    const { options, unfinished } = await freshBucket()
    const store = s3Store(options)
    const contents = [1, 2, 3, 4, 5].map((value) => Buffer.alloc(partBytes + 1, value))
    const results = await Promise.all(contents.map((bytes) => store.write('a', [bytes])))
    expect(results.filter(({ written }) => written)).toHaveLength(1)
    const winner = results.find(({ written }) => written)
    expect(await (await store.find('a'))?.etag()).toBe(winner?.etag)
    for (const [index, bytes] of contents.entries()) {
      expect(results[index]).toMatchObject(await identityOf([bytes]))
    }
    expect(await unfinished()).toEqual([])
  })

  it.each(['aborted', 'failing', 'waiting'])(
    'leaves nothing of an upload in parts whose stream is %s',
    async (how) => {
      const { options, unfinished } = await freshBucket()
      const store = s3Store(options)
      const controller = new AbortController()
      const reason = new Error('enough')
      async function* stream() {
        for (let index = 0; index < 64; index += 1) yield Buffer.alloc(mebi)
        while ((await unfinished()).length === 0) continue
        if (how === 'failing') throw reason
        controller.abort(reason)
        if (how === 'waiting') await new Promise(() => undefined)
        yield Buffer.alloc(mebi)
      }
      const error: unknown = await store
        .write('t/a', stream(), { signal: controller.signal })
        .catch((cause: unknown) => cause)
      expect(how === 'failing' ? (error as Error).cause : error).toBe(reason)
      expect(await unfinished()).toEqual([])
      expect(await collect(store.list(''))).toEqual([])
    },
  )

  it('is create-once according to the probe, which leaves only its result behind', async () => {
    const { options, unfinished } = await freshBucket()
    const store = s3Store(options)
    expect(await store.probeCreateOnce()).toBe('create-once')
    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual(['_probe/result.json'])
    expect(await unfinished()).toEqual([])
  })

  it('keeps no version of what the probe makes but the newest result', async () => {
    const { options, client } = await freshBucket()
    const bucket = { Bucket: options.bucket }
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ ...bucket, VersioningConfiguration }))
    const store = s3Store(options)
    for (const renew of [false, false, true, true]) await store.probeCreateOnce({ renew })
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand(bucket))
    expect([Versions.map(({ Key }) => Key), DeleteMarkers]).toEqual([['_probe/result.json'], []])
    const [{ Key, VersionId } = {}] = Versions
    await client.send(new DeleteObjectCommand({ ...bucket, Key, VersionId }))
  })

  it('sends 3 requests for one small file, once the result of the probe is known', async () => {
    const { options } = await freshBucket()
    const proxy = await bareProxy(options.endpoint)
    const requests = async (key: string) => {
      proxy.asked.length = 0
      const store = s3Store({ ...options, endpoint: proxy.endpoint })
      const check = async () => void (await store.probeCreateOnce())
      const files = [{ key, bytes: [randomBytes(5000)] }]
      expect(await publish(files, store, { check })).toMatchObject({ published: 1, failures: [] })
      return proxy.asked.length
    }
    // One listing, the result, the probe, its result, the file; then one listing, the result, the file.
    expect([await requests('t/a'), await requests('t/b')]).toEqual([130, 3])
  })

  it('stores the CRC32 of the whole object', async () => {
    const { options, client } = await freshBucket()
    const store = s3Store(options)
    for (const size of [10, 2 * partBytes + 3]) {
      const bytes = randomBytes(size)
      await store.write('a', [bytes], { overwrite: true })
      const head = { Bucket: options.bucket, Key: 'a', ChecksumMode: 'ENABLED' } as const
      const { ChecksumCRC32, ChecksumType } = await client.send(new HeadObjectCommand(head))
      expect({ ChecksumCRC32, ChecksumType }).toEqual({
        ChecksumCRC32: crc32Text(bytes),
        ChecksumType: 'FULL_OBJECT',
      })
    }
  })

  it('streams many small chunks in bounded memory', async () => {
    const store = s3Store((await freshBucket()).options)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    async function* stream() {
      const chunk = Buffer.alloc(64 * 1024, 'minilake')
      for (let index = 0; index < 16 * 300; index += 1) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        yield Promise.resolve(chunk)
      }
    }
    expect(await store.write('a', stream())).toMatchObject({ written: true, size: 300 * mebi })
    // Four parts being sent and one being filled, their chunks, and what has not been garbage-collected yet.
    expect(most).toBeLessThan(10 * partBytes)
  })

  it('does not keep the process alive', async () => {
    const held = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout/.test(name)).length
    const before = held()
    const store = s3Store((await freshBucket()).options)
    await store.write('a', [Buffer.alloc(partBytes + 1)])
    await store.read('a')
    await expect(store.read('b')).rejects.toThrow(ObjectStoreError)
    await new Promise((resolve) => setImmediate(resolve))
    expect(held()).toBeLessThanOrEqual(before)
  })

  describe('says what is wrong with', () => {
    const wrong: [string, (options: S3StoreOptions) => S3StoreOptions, string, RegExp][] = [
      [
        'the secret key',
        (options) => ({ ...options, credentials: { ...keysOf(options), secretAccessKey: 'not-the-secret' } }),
        'SignatureDoesNotMatch',
        /: the secret key does not match the access key: correct the credentials$/,
      ],
      [
        'the access key',
        (options) => ({
          ...options,
          credentials: { accessKeyId: 'nobody-here', secretAccessKey: 'not-the-secret' },
        }),
        'InvalidAccessKeyId',
        /: http:\S+ does not know the access key: correct the credentials$/,
      ],
      [
        'the name of the bucket',
        (options) => ({ ...options, bucket: 'no-such-bucket' }),
        'NoSuchBucket',
        /: there is no bucket no-such-bucket at http:\S+: create it, or correct the name$/,
      ],
      [
        'the clock',
        (options) => ({ ...options, clockOffsetMillis: 20 * 60_000 }),
        'RequestTimeTooSkewed',
        /: this computer's clock differs too much from that of http:\S+: set it$/,
      ],
      [
        "the user's rights",
        (options) => ({ ...options, credentials: inject('stack').credentials }),
        'AccessDenied',
        /: access is denied: the user lacks the right s3:\w+( and s3:\w+)? on test-/,
      ],
    ]
    const keysOf = ({ credentials }: S3StoreOptions) =>
      credentials as { accessKeyId: string; secretAccessKey: string }

    it.each(wrong)('%s', async (_, change, code, sentence) => {
      const options = change((await freshBucket()).options)
      // Each with a store of its own: the SDK corrects its clock after the first response, so a second request would succeed.
      const actions: [string, () => Promise<unknown>][] = [
        ['list', () => collect(s3Store(options).list('t/'))],
        ['read', () => s3Store(options).read('a')],
        ['write', () => s3Store(options).write('a', bytesOf('x'), { overwrite: true })],
        ['write', () => s3Store(options).write('a', [Buffer.alloc(partBytes + 1)], { overwrite: true })],
        ['remove', () => s3Store(options).remove('a')],
      ]
      if (code !== 'RequestTimeTooSkewed') {
        actions.push(['read', () => s3Store(options).find('a')])
        actions.push(['write', () => s3Store(options).write('a', bytesOf('x'))])
      }
      for (const [verb, act] of actions) {
        const error: unknown = await act().catch((cause: unknown) => cause)
        expect(error, verb).toBeInstanceOf(ObjectStoreError)
        const { message } = error as ObjectStoreError
        expect(message).toMatch(sentence)
        expect(message.startsWith(`cannot ${verb} s3://${options.bucket}/`)).toBe(true)
        expect(error).toMatchObject({ code, location: `s3://${options.bucket}` })
        const { accessKeyId, secretAccessKey } = keysOf(options)
        const text = inspect(error, { depth: 9, showHidden: true })
        expect(text).not.toContain(accessKeyId)
        expect(text).not.toContain(secretAccessKey)
      }
    })
  })
})
