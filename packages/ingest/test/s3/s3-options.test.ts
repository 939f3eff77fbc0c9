import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bucket, credentials, errorOf, storeAt } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('the options of s3Store', () => {
  it.each(['', 'ab', 'Upper', 'a/b', '-ab', 'a'.repeat(64)])('refuse the bucket %j', (name) => {
    expect(() => s3Store({ bucket: name })).toThrow(RangeError)
  })

  it.each([
    '127.0.0.1:9000',
    'localhost:9000',
    'ftp://host',
    '',
    'user:hidden@host:1',
    'http://user:hidden@host:1',
  ])('refuse the endpoint %j without repeating a password', (endpoint) => {
    expect(() => storeAt(endpoint)).toThrow(TypeError)
    expect(() => storeAt(endpoint)).not.toThrow(/hidden/)
  })

  const wrong: [Partial<S3StoreOptions>, string][] = [
    [{ maxAttempts: 0 }, 'maxAttempts expected a whole number of at least 1, got 0'],
    [{ maxAttempts: 1.5 }, 'maxAttempts expected a whole number of at least 1, got 1.5'],
    [{ maxAttempts: Infinity }, 'maxAttempts expected a whole number of at least 1, got Infinity'],
    [{ connectTimeoutMillis: 0 }, 'connectTimeoutMillis expected more than 0 and at most 2147483647, got 0'],
    [
      { requestTimeoutMillis: NaN },
      'requestTimeoutMillis expected more than 0 and at most 2147483647, got NaN',
    ],
    [
      { requestTimeoutMillis: Infinity },
      'requestTimeoutMillis expected more than 0 and at most 2147483647, got Infinity',
    ],
    [{ clockOffsetMillis: NaN }, 'clockOffsetMillis expected a finite number, got NaN'],
    [{ region: '' }, 'region expected a name such as us-east-1, got ""'],
  ]
  it.each(wrong)('refuse %j', (options, message) => {
    expect(() => s3Store({ bucket, ...options })).toThrow(new RangeError(message))
  })

  it('refuse an unknown name for the checksums', () => {
    const options = { bucket, checksums: 'sha1' } as unknown as S3StoreOptions
    const message = `checksums expected 'crc32', 'md5' or 'none', got "sha1"`
    expect(() => s3Store(options)).toThrow(new TypeError(message))
  })

  it.each(['accessKeyId', 'secretAccessKey'] as const)(
    'refuse an empty %s without repeating a key',
    async (name) => {
      const keys = { ...credentials, [name]: '' }
      const message = `credentials expected an accessKeyId and a secretAccessKey, got no ${name}`
      expect(() => s3Store({ bucket, credentials: keys })).toThrow(new TypeError(message))
      const error = await errorOf(storeAt('http://127.0.0.1:1', { credentials: () => keys }).read('a'))
      expect(error.message).toBe(`cannot read s3://${bucket}/a: ${message}`)
    },
  )
})
