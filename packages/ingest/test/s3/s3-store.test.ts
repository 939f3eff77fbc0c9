import { type ByteStream, identityOf } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, collect, failingAfter } from '../fixtures/byte-stream.js'
import { bucket, credentials, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('s3Store', () => {
  it('has the location of its bucket', () => {
    expect(s3Store({ bucket }).location).toBe('s3://iot-time-series')
  })

  it('sends no request for a prefix that no key can start with', async () => {
    const { endpoint, asked } = await fakeS3(() => s3Error(400, 'InvalidArgument'))
    for (const prefix of ['/', 'a//', '../', './', 'a/../b', '\\', 'a\0', 'x'.repeat(1025)]) {
      expect(await collect(storeAt(endpoint).list(prefix))).toEqual([])
    }
    expect(asked).toEqual([])
  })

  it('gets credentials from a function', async () => {
    const { endpoint, asked } = await fakeS3((_, { headers }) =>
      headers.authorization?.includes('Credential=the-access-key/') ? { status: 204 } : { status: 403 },
    )
    const provide = vi.fn(() => credentials)
    await storeAt(endpoint, { credentials: provide }).remove('a')
    expect(provide).toHaveBeenCalled()
    expect(asked).toEqual([`DELETE /${bucket}/a?x-id=DeleteObject`])
  })
})

describe('s3Store.find returns', () => {
  it.each([
    [
      'the CRC32 of the object',
      { 'x-amz-checksum-crc32': 'AAAAAA==' },
      { algorithm: 'CRC32', value: 'AAAAAA==' },
    ],
    [
      'its CRC64NVME',
      { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' },
      { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=' },
    ],
    ["no CRC32 of its parts' CRC32s", { 'x-amz-checksum-crc32': 'AAAAAA==-2' }, undefined],
    [
      'no composite one',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'COMPOSITE' },
      undefined,
    ],
    ['no other one', { 'x-amz-checksum-sha1': 'AAAA' }, undefined],
  ])('%s', async (_, headers, checksum) => {
    const { endpoint } = await fakeS3(() => ({ status: 200, headers: { ETag: '"1"', ...headers } }))
    expect((await storeAt(endpoint).find('a'))?.checksum).toEqual(checksum)
  })
})

describe('s3Store signs', () => {
  it.each([
    [false, /^UNSIGNED-PAYLOAD$/],
    [true, /^2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881$/],
  ])('the content of what it sends, if told to: %s', async (signPayload, expected) => {
    const sent: unknown[] = []
    const { endpoint } = await fakeS3((asked, { headers }) => {
      if (asked.startsWith('PUT')) sent.push(headers['x-amz-content-sha256'])
      return { status: 200, headers: { ETag: '"9dd4e461268c8034f5c8564e155c67a6"' } }
    })
    await storeAt(endpoint, { signPayload }).write('a', bytesOf('x'), { overwrite: true })
    expect(sent).toEqual([expect.stringMatching(expected)])
  })
})

describe('s3Store.find', () => {
  it('finds no object if GET says so, and fails if GET says something else', async () => {
    for (const code of ['NoSuchKey', 'NoSuchBucket', 'SignatureDoesNotMatch']) {
      const { endpoint, asked } = await fakeS3(() => s3Error(code.startsWith('No') ? 404 : 403, code))
      const found = storeAt(endpoint).find('a')
      if (code === 'NoSuchKey') expect(await found).toBeUndefined()
      else expect(await errorOf(found)).toMatchObject({ code })
      // A second HEAD, without the checksum, which may be what is denied.
      const heads = Array<string>(code === 'SignatureDoesNotMatch' ? 2 : 1).fill(`HEAD /${bucket}/a`)
      expect(asked).toEqual([...heads, `GET /${bucket}/a?x-id=GetObject`])
    }
  })
})

describe('s3Store', () => {
  it('finds an empty object even if the first HEAD fails', async () => {
    let heads = 0
    const { endpoint } = await fakeS3((asked) => {
      if (asked.startsWith('GET')) return s3Error(416, 'InvalidRange')
      heads += 1
      return heads < 3 ? { status: 403 } : { status: 200, headers: { ETag: '"1"' } }
    })
    expect(await storeAt(endpoint).find('a')).toMatchObject({ key: 'a', size: 0 })
  })

  it.each([{}, { 'x-amz-checksum-crc32': 'AAAAAA==' }])(
    'discards a body that it does not need, with the headers %j',
    async (headers) => {
      let heads = 0
      const { endpoint, closed } = await fakeS3((asked) => {
        if (asked.startsWith('GET')) {
          return { status: 200, headers: { ...headers, ETag: '"1"' }, body: 'abc', broken: 'never ends' }
        }
        heads += 1
        return heads < 3 ? { status: 403 } : { status: 200, headers: { ETag: '"1"' } }
      })
      expect(await storeAt(endpoint).find('a')).toBeDefined()
      await vi.waitFor(() => expect(closed).toEqual([`GET /${bucket}/a?x-id=GetObject`]))
    },
  )

  it('stops reading a response that is not from S3', async () => {
    for (const isS3 of [false, true]) {
      const answer = { status: 200, body: 'abc', broken: 'never ends' } as const
      const { endpoint, closed } = await fakeS3(() => answer, { isS3 })
      expect(await errorOf(storeAt(endpoint).read('a'))).toMatchObject({ code: 'NotS3' })
      await vi.waitFor(() => expect(closed).toHaveLength(isS3 ? 1 : 2))
    }
  })

  it('leaves keys of other tools out of a listing', async () => {
    const keys = ['/a', 'a', 'a//b', 'a/../b', 'a/b', 'a\\b', 'folder/']
    const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>"1"</ETag></Contents>`)
    const body = `<ListBucketResult><Name>${bucket}</Name>${contents.join('')}</ListBucketResult>`
    const { endpoint } = await fakeS3(() => ({ status: 200, body }))
    const listed = await collect(storeAt(endpoint).list(''))
    expect(listed.map(({ key }) => key)).toEqual(['a', 'a/b'])
  })
})

describe('s3Store.write', () => {
  const etag = async (bytes: ByteStream) => `"${(await identityOf(bytes)).etag}"`

  it('sends an object again if two writers finish at the same moment', async () => {
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

  it('tells a failure of the stream from one of the store', async () => {
    const { endpoint } = await fakeS3((asked) => ({ status: asked.startsWith('HEAD') ? 404 : 200 }))
    const cause = Object.assign(new Error('the sensor does not answer'), { code: 'ECONNREFUSED' })
    const error = await errorOf(storeAt(endpoint).write('a', failingAfter('half', cause)))
    expect(error.message).toBe('cannot write s3://iot-time-series/a: the sensor does not answer')
    expect(error).toMatchObject({ cause, code: undefined })
  })

  it('gives up after five conflicts', async () => {
    const { endpoint, asked } = await fakeS3(() => s3Error(409, 'ConditionalRequestConflict'))
    const error = await errorOf(storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true }))
    expect(error.message).toMatch(/another writer finished the same key at the same moment: write it again$/)
    expect(asked).toHaveLength(5)
  })

  it('keeps an existing object and uploads nothing', async () => {
    const { endpoint, asked } = await fakeS3(() => ({ status: 200, headers: { ETag: '"1"' } }))
    const result = await storeAt(endpoint).write('a', bytesOf('x'))
    expect(result).toMatchObject({ written: false, ...(await identityOf(bytesOf('x'))) })
    expect(asked).toEqual([`HEAD /${bucket}/a`])
  })

  it('fails if the store reports different content', async () => {
    const { endpoint } = await fakeS3(() => ({ status: 200, headers: { ETag: `"${'0'.repeat(32)}"` } }))
    const error = await errorOf(storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true }))
    expect(error.message).toMatch(/^cannot write .*\/a: the store reports different content than was sent /)
  })

  it.each([
    ['with KMS keys', { ETag: `"${'0'.repeat(32)}"`, 'x-amz-server-side-encryption': 'aws:kms' }],
    ['of another kind', { ETag: '"0123"' }],
  ])('does not compare an ETag %s', async (_, headers) => {
    const { endpoint } = await fakeS3(() => ({ status: 200, headers }))
    const result = await storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true })
    expect(result.written).toBe(true)
  })
})
