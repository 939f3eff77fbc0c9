import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { identityOf, partBytes, publish } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { s3Client } from '../../src/s3/client/s3-client.js'
import { resolveS3Options } from '../../src/s3/client/s3-options.js'
import { bytesOf, collect, rereadable } from '../fixtures/byte-stream.js'
import { bucket, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'
import { objectStoreContract } from '../object-store.contract.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const keyPrefix = 'team/lake/'

describe('s3Store with a key prefix', () => {
  objectStoreContract(
    async () => {
      const { endpoint, objects } = await memoryS3()
      const neighbour = { bytes: Buffer.from('x'), etag: '9dd4e461268c8034f5c8564e155c67a6', headers: {} }
      for (const key of ['a', 'pump/a', 'team/lake', 'team/lake2/a', 'zz']) objects.set(key, neighbour)
      return storeAt(endpoint, { keyPrefix })
    },
    { besideFolder: 'held' },
  )

  it('stores objects below the prefix, with keys relative to it', async () => {
    const { endpoint, objects, asked } = await memoryS3({ pageSize: 2 })
    const store = storeAt(endpoint, { keyPrefix })
    expect(store.location).toBe(`s3://${bucket}/team/lake`)
    for (const key of ['pump/a', 'pump/b', 'pump/c']) await store.write(key, bytesOf(key))
    expect([...objects.keys()]).toEqual(['team/lake/pump/a', 'team/lake/pump/b', 'team/lake/pump/c'])
    expect((await collect(store.list('pump/'))).map(({ key }) => key)).toEqual(['pump/a', 'pump/b', 'pump/c'])
    expect(await store.find('pump/a')).toMatchObject({ key: 'pump/a', size: 6 })
    await store.remove('pump/a')
    expect(await store.find('pump/a')).toBeUndefined()
    for (const line of asked) expect(line).toMatch(/team(\/|%2F)lake(\/|%2F)/)
  })

  it('shares a bucket with stores of other prefixes, which do not see its objects and uploads', async () => {
    const { endpoint, objects, uploads } = await memoryS3()
    const [first, second, outer] = [
      storeAt(endpoint, { keyPrefix: 'team/lake/' }),
      storeAt(endpoint, { keyPrefix: 'team/lake2/' }),
      storeAt(endpoint, { keyPrefix: 'team/' }),
    ]
    await first.write('pump/a', bytesOf('first'))
    expect(await second.write('pump/a', bytesOf('second'))).toMatchObject({ written: true })
    uploads.set('1', { key: 'team/lake/pump/b', initiated: new Date(), headers: {}, parts: new Map() })
    expect(await collect(second.unfinishedUploads())).toEqual([])
    expect(await collect(first.unfinishedUploads(['pump/']))).toMatchObject([{ key: 'pump/b' }])
    await first.abortUpload({ key: 'pump/b', uploadId: '1' })
    expect(uploads.size).toBe(0)
    expect((await collect(outer.list(''))).map(({ key }) => key)).toEqual(['lake/pump/a', 'lake2/pump/a'])
    await second.remove('pump/a')
    expect([...objects.keys()]).toEqual(['team/lake/pump/a'])
  })

  it('uploads large objects in parts, and resumes an interrupted upload', async () => {
    const { endpoint, objects, uploads } = await memoryS3({ pageSize: 1 })
    const store = storeAt(endpoint, { keyPrefix, resumeAfterSeconds: 0 })
    const bytes = Buffer.alloc(partBytes + 7, 'minilake')
    const headers = { 'x-amz-checksum-algorithm': 'CRC32' }
    // Another lake's uploads come before ours, on pages of their own.
    for (const [id, key] of [
      ['1', 'large'],
      ['2', 'team/a/large'],
      ['3', 'team/lake/large'],
    ] as const) {
      const parts = new Map([[1, bytes.subarray(0, partBytes)]])
      uploads.set(id, { key, initiated: new Date(0), headers, parts })
    }
    const found = await collect(store.unfinishedUploads())
    expect(found).toMatchObject([{ key: 'large', uploadId: '3', parts: 1 }])
    const result = await store.write('large', [bytes], { reread: rereadable(bytes), isKeyFree: true })
    expect(result).toEqual({ written: true, ...(await identityOf([bytes])), partsResumed: 1 })
    expect([...objects.keys()]).toEqual(['team/lake/large'])
    expect([...uploads.keys()]).toEqual(['1', '2'])
  })

  it('publishes, and probes, below the prefix only', async () => {
    const { endpoint, objects, asked } = await memoryS3()
    const store = storeAt(endpoint, { keyPrefix })
    expect(await store.probeCreateOnce()).toBe('create-once')
    expect(await publish([{ key: 'pump/a', bytes: bytesOf('a') }], store)).toMatchObject({ published: 1 })
    expect([...objects.keys()].every((key) => key.startsWith(keyPrefix))).toBe(true)
    expect(asked.filter((line) => line.startsWith('PUT') && !line.includes(`/${keyPrefix}`))).toEqual([])
  })

  it('names the whole address of an object that it cannot read, and counts the prefix in long keys', async () => {
    const { endpoint } = await fakeS3(() => s3Error(404, 'NoSuchKey'))
    const error = await errorOf(storeAt(endpoint, { keyPrefix }).read('pump/a'))
    expect(error.message).toBe(`cannot read s3://${bucket}/team/lake/pump/a: no such object`)
    expect(error).toMatchObject({ key: 'pump/a', location: `s3://${bucket}/team/lake` })
    const long = storeAt(endpoint, { keyPrefix }).write(`${'a/'.repeat(509)}ab`, bytesOf('x'))
    await expect(long).rejects.toThrow('object key expected 1 to 1024 bytes, got 1030')
  })

  it('refuses a command that it does not know', async () => {
    const { client } = s3Client(resolveS3Options({ bucket, keyPrefix }))
    await expect(client.send(new ListBucketsCommand({}))).rejects.toThrow('ListBucketsCommand is not known')
  })

  it.each(['/', 'a', '/a/', 'a//b/', 'a/../b/', './', 'a\\b/', `${'a'.repeat(1025)}/`])(
    'refuses the prefix %j',
    (prefix) => {
      expect(() => s3Store({ bucket, keyPrefix: prefix })).toThrow(/^keyPrefix expected names/)
    },
  )
})
