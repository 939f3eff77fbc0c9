import { type ByteStream, identityOf } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, collect, failingAfter } from './byte-stream.js'
import { bucket, credentials, errorOf, fakeS3, s3Error, storeAt } from './fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('s3Store', () => {
  it('says where it is', () => {
    expect(s3Store({ bucket }).location).toBe('s3://iot-time-series')
  })

  it.each(['', 'ab', 'Upper', 'a/b', '-ab', 'a'.repeat(64)])('refuses the bucket %j', (name) => {
    expect(() => s3Store({ bucket: name })).toThrow(RangeError)
  })

  it.each([
    '127.0.0.1:9000',
    'localhost:9000',
    'ftp://host',
    '',
    'user:hidden@host:1',
    'http://user:hidden@host:1',
  ])('refuses the endpoint %j, and repeats no password', (endpoint) => {
    expect(() => storeAt(endpoint)).toThrow(TypeError)
    expect(() => storeAt(endpoint)).not.toThrow(/hidden/)
  })

  it('asks nothing about a prefix that no key has', async () => {
    const { endpoint, asked } = await fakeS3(() => s3Error(400, 'InvalidArgument'))
    for (const prefix of ['/', 'a//', '../', './', 'a/../b', '\\', 'a\0', 'x'.repeat(1025)]) {
      expect(await collect(storeAt(endpoint).list(prefix))).toEqual([])
    }
    expect(asked).toEqual([])
  })

  it('takes keys from a function', async () => {
    const { endpoint, asked } = await fakeS3((_, { headers }) =>
      headers.authorization?.includes('Credential=the-access-key/') ? { status: 204 } : { status: 403 },
    )
    const give = vi.fn(() => credentials)
    await storeAt(endpoint, { credentials: give }).remove('a')
    expect(give).toHaveBeenCalled()
    expect(asked).toEqual([`DELETE /${bucket}/a?x-id=DeleteObject`])
  })
})

describe('s3Store finds', () => {
  it('no object where GET says so, and fails where GET says something else', async () => {
    for (const code of ['NoSuchKey', 'NoSuchBucket', 'SignatureDoesNotMatch']) {
      const { endpoint, asked } = await fakeS3(() => s3Error(code.startsWith('No') ? 404 : 403, code))
      const found = storeAt(endpoint).find('a')
      if (code === 'NoSuchKey') expect(await found).toBeUndefined()
      else expect(await errorOf(found)).toMatchObject({ code })
      expect(asked).toEqual([`HEAD /${bucket}/a`, `GET /${bucket}/a?x-id=GetObject`])
    }
  })
})

describe('s3Store writes', () => {
  const etag = async (bytes: ByteStream) => `"${(await identityOf(bytes)).etag}"`

  it('again what is put at once, where two writers finish at the same moment', async () => {
    let puts = 0
    const ETag = await etag(bytesOf('x'))
    const { endpoint } = await fakeS3((asked) => {
      if (!asked.startsWith('PUT')) return { status: 404 }
      puts += 1
      return puts < 3 ? s3Error(409, 'ConditionalRequestConflict') : { status: 200, headers: { ETag } }
    })
    expect(await storeAt(endpoint).write('a', bytesOf('x'))).toMatchObject({ written: true })
    expect(puts).toBe(3)
  })

  it('and keeps apart what the stream met and what the store did', async () => {
    const { endpoint } = await fakeS3((asked) => ({ status: asked.startsWith('HEAD') ? 404 : 200 }))
    const cause = Object.assign(new Error('the sensor does not answer'), { code: 'ECONNREFUSED' })
    const error = await errorOf(storeAt(endpoint).write('a', failingAfter('half', cause)))
    expect(error.message).toBe('cannot write s3://iot-time-series/a: the sensor does not answer')
    expect(error).toMatchObject({ cause, code: undefined })
  })

  it('nothing more where the conflict stays', async () => {
    const { endpoint, asked } = await fakeS3(() => s3Error(409, 'ConditionalRequestConflict'))
    const error = await errorOf(storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true }))
    expect(error.message).toMatch(/another writer finished the same key at the same moment: write it again$/)
    expect(asked).toHaveLength(5)
  })

  it('over nothing that is there, and uploads nothing then', async () => {
    const { endpoint, asked } = await fakeS3(() => ({ status: 200, headers: { ETag: '"1"' } }))
    const result = await storeAt(endpoint).write('a', bytesOf('x'))
    expect(result).toEqual({ written: false, ...(await identityOf(bytesOf('x'))) })
    expect(asked).toEqual([`HEAD /${bucket}/a`])
  })

  it('and says so where the store reports other content', async () => {
    const { endpoint } = await fakeS3(() => ({ status: 200, headers: { ETag: `"${'0'.repeat(32)}"` } }))
    const error = await errorOf(storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true }))
    expect(error.message).toMatch(/^cannot write .*\/a: the store reports other content than was sent /)
  })

  it.each([
    ['under KMS', { ETag: `"${'0'.repeat(32)}"`, 'x-amz-server-side-encryption': 'aws:kms' }],
    ['of another kind', { ETag: '"0123"' }],
  ])('without comparing an ETag %s', async (_, headers) => {
    const { endpoint } = await fakeS3(() => ({ status: 200, headers }))
    const result = await storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true })
    expect(result.written).toBe(true)
  })

  it('no further when a part fails, and removes the parts', async () => {
    const { endpoint, asked } = await fakeS3((request) => {
      if (request.includes('uploads')) {
        return {
          status: 200,
          body: '<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>',
        }
      }
      return request.includes('partNumber') ? s3Error(403, 'AccessDenied') : { status: 204 }
    })
    let taken = 0
    let isClosed = false
    async function* endless() {
      try {
        for (; taken < 640; taken += 1) yield Promise.resolve(Buffer.alloc(1024 * 1024))
      } finally {
        isClosed = true
      }
    }
    const error = await errorOf(storeAt(endpoint).write('a', endless(), { overwrite: true }))
    expect(error.message).toMatch(
      /: access is denied: the user lacks the right s3:PutObject on iot-time-series$/,
    )
    expect(taken).toBeLessThan(160)
    await vi.waitFor(() => expect(isClosed).toBe(true))
    expect(asked.at(-1)).toBe(`DELETE /${bucket}/a?uploadId=7&x-id=AbortMultipartUpload`)
  })
})
