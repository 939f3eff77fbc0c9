import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { S3StoreOptions } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { crc32Text } from '../../src/bytes/crc32.js'
import type { PutInput } from '../../src/s3/client/direct-put.js'
import { s3Client } from '../../src/s3/client/s3-client.js'
import { resolveS3Options } from '../../src/s3/client/s3-options.js'
import { bytesOf } from '../fixtures/byte-stream.js'
import { type Answer, bucket, credentials, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const options = { abortSignal: new AbortController().signal }
const arn = 'arn:aws:s3:eu-central-1:123456789012:accesspoint/readings'
const session = { ...credentials, sessionToken: 'the-session-token' }
const oddKey = "pump/day=1/ü a+b!'()*&=?#%,;:@$[]~😀.parquet"

interface Request {
  headers: Record<string, string>
  query: Record<string, string>
  [field: string]: unknown
}

/** The request for an object that the SDK sends alone, and the one that is sent directly; none reaches a store. */
async function requestsFor(settings: Partial<S3StoreOptions>, { Key, Body }: Pick<PutInput, 'Key' | 'Body'>) {
  const resolved = resolveS3Options({ bucket, credentials, ...settings })
  const { client, put } = s3Client(resolved)
  const requests: Request[] = []
  client.config.requestHandler.handle = (request: Request) => {
    if (request.method !== 'PUT')
      return Promise.resolve({ response: { statusCode: 200, headers: {}, body: Readable.from([listing]) } })
    requests.push(request)
    return Promise.resolve({
      response: { statusCode: 200, headers: { etag: '"1"' }, body: Readable.from([]) },
    })
  }
  const input = {
    ...{ Bucket: resolved.bucket, Key, Body, IfNoneMatch: '*', Metadata: { 'minilake-write': '17' } },
    ...(resolved.checksums === 'crc32' && {
      ChecksumAlgorithm: 'CRC32' as const,
      ChecksumCRC32: crc32Text(Body),
    }),
  }
  await client.send(new PutObjectCommand(input), options)
  await put(input, options)
  await put(input, options)
  const [bySdk, first, second] = requests.map(comparable)
  expect(requests).toHaveLength(3)
  expect(second).toEqual(first)
  return { bySdk, direct: first }
}

const listing = Buffer.from('<ListBucketResult></ListBucketResult>')

/** A request without what differs each time, and without what tells Amazon about the SDK's attempts. */
function comparable({ headers, body, ...request }: Request) {
  const { authorization = '', 'x-amz-date': date, ...rest } = headers
  const kept = Object.entries(rest).filter(([name]) => !name.startsWith('amz-sdk-'))
  return {
    ...request,
    body: Buffer.from(body as Uint8Array).toString(),
    headers: Object.fromEntries(kept),
    isDated: /^\d{8}T\d{6}Z$/.test(date ?? ''),
    signedBy: /Credential=([^,]*)/.exec(authorization)?.[1],
    signed: /SignedHeaders=([^,]*)/.exec(authorization)?.[1]?.replaceAll(/amz-sdk-[a-z-]*;/g, ''),
  }
}

describe('a direct request', () => {
  it.each<[string, Partial<S3StoreOptions>]>([
    ['of a store at an endpoint', { endpoint: 'http://127.0.0.1:9000' }],
    ['over https', { endpoint: 'https://s3.example.org:9443/below' }],
    ['with the bucket in the host name', { endpoint: 'https://s3.example.org', pathStyle: false }],
    ["of Amazon's store", { region: 'eu-central-1' }],
    ['of an access point', { bucket: arn, keyPrefix: 'team/lake/' }],
    ['below a prefix', { endpoint: 'http://127.0.0.1:9000', keyPrefix: 'team/ü b/lake/' }],
    ['with a session token', { endpoint: 'http://127.0.0.1:9000', credentials: session }],
    ['with credentials from a function', { region: 'eu-central-1', credentials: () => session }],
    ['with a signed payload', { region: 'eu-central-1', signPayload: true }],
    ['with MD5s', { region: 'eu-central-1', checksums: 'md5' }],
    ['without checksums', { endpoint: 'http://127.0.0.1:9000', checksums: 'none', signPayload: true }],
  ])('%s is the one that the SDK sends', async (_, settings) => {
    for (const Key of ['a', oddKey]) {
      for (const text of ['', 'some bytes']) {
        const { bySdk, direct } = await requestsFor(settings, { Key, Body: Buffer.from(text) })
        expect(direct).toEqual(bySdk)
      }
    }
  })
})

const etagOf = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`
const written = (text: string): Answer => ({ status: 200, headers: { ETag: etagOf(text) } })

/** A store that has accepted an object, so that the next ones are sent directly, and the headers of its later requests. */
async function knownStore(
  answer: (asked: string, headers: IncomingHttpHeaders) => Answer,
  settings: Partial<S3StoreOptions> = {},
) {
  const sent: IncomingHttpHeaders[] = []
  let isKnown = false
  const { endpoint } = await fakeS3((asked, { headers }) => {
    if (!isKnown) return written('x')
    if (asked.startsWith('PUT')) sent.push(headers)
    return answer(asked, headers)
  })
  const store = storeAt(endpoint, { maxAttempts: 3, ...settings })
  await store.write('first', bytesOf('x'), { overwrite: true })
  isKnown = true
  const put = (text: string) => store.write('a', bytesOf(text), { isKeyFree: true })
  return { store, put, sent }
}

/** When a request was signed, as 20260101T0000. */
const minuteOf = (headers: IncomingHttpHeaders) => String(headers['x-amz-date']).slice(0, 13)
const attempts = (sent: IncomingHttpHeaders[]) => sent.map((headers) => headers['amz-sdk-request'])

describe('an object that is put directly', () => {
  it('is one request that the SDK did not prepare', async () => {
    const { put, sent } = await knownStore(() => written('y'))
    expect(await put('y')).toMatchObject({ written: true, size: 1 })
    expect(attempts(sent)).toEqual([undefined])
  })

  it('is a success that refills the quota of the retries', async () => {
    const { client, put } = s3Client(resolveS3Options({ bucket, credentials }))
    client.config.requestHandler.handle = ({ method }: Request) => {
      const [headers, body] = method === 'PUT' ? [{ etag: '"1"' }, []] : [{}, [listing]]
      return Promise.resolve({ response: { statusCode: 200, headers, body: Readable.from(body) } })
    }
    const strategy = await client.config.retryStrategy()
    const recordSuccess = vi.fn()
    client.config.retryStrategy = () => Promise.resolve({ ...strategy, recordSuccess } as typeof strategy)
    for (let times = 1; times <= 3; times += 1) {
      recordSuccess.mockClear()
      await put({ Bucket: bucket, Key: 'a', Body: Buffer.from('y') }, options)
      expect(recordSuccess).toHaveBeenCalled()
    }
  })

  it('is left to the SDK from 2 MiB on', async () => {
    const large = 'y'.repeat(2 * 2 ** 20)
    const { put, sent } = await knownStore(() => written(large))
    await put(large)
    expect(attempts(sent)).toEqual(['attempt=1; max=3'])
  })

  it.each<[string, Answer]>([
    ['a busy store', s3Error(503, 'SlowDown')],
    ['an internal error', s3Error(500, 'InternalError')],
    ['a proxy without a store', { status: 502 }],
    ['a closed connection', { status: 200, broken: 'before' }],
    ['a response that is cut', { ...written('y'), body: 'abc', broken: 'within' }],
  ])('is sent again by the SDK after %s, as its second attempt', async (_, failure) => {
    let asked = 0
    const { put, sent } = await knownStore(() => ((asked += 1) < 3 ? failure : written('y')))
    expect(await put('y')).toMatchObject({ written: true })
    expect(attempts(sent)).toEqual([undefined, 'attempt=2; max=3', 'attempt=3; max=3'])
  })

  it('fails after maxAttempts requests, with the error of S3', async () => {
    const { put, sent } = await knownStore(() => s3Error(503, 'SlowDown'))
    expect(await errorOf(put('y'))).toMatchObject({ code: 'SlowDown' })
    expect(sent).toHaveLength(3)
  })

  it('fails at once if another attempt would not help', async () => {
    const redirect = { ...s3Error(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-west-1' } }
    const { put, sent } = await knownStore(() => redirect)
    const error = await errorOf(put('y'))
    expect(error.message).toMatch(/ is in eu-west-1, not in us-east-1: correct the region$/)
    expect(sent).toHaveLength(1)
  })

  it('shows no credentials in its error', async () => {
    const { put } = await knownStore(() => s3Error(403, 'AccessDenied'), { credentials: session })
    const error = await errorOf(put('y'))
    expect(error.message).toMatch(/the user lacks the right s3:PutObject/)
    expect(JSON.stringify([error, error.cause])).not.toMatch(/the-(access|secret|session)/)
  })

  it('is written if its response was lost, so that the second attempt finds the key taken', async () => {
    let stored: Record<string, string> | undefined
    const { put, sent } = await knownStore((asked, headers) => {
      if (asked.startsWith('HEAD')) return { status: 200, headers: { ETag: etagOf('y'), ...stored } }
      if (stored) return s3Error(412, 'PreconditionFailed')
      stored = {
        'x-amz-meta-minilake-write': String(headers['x-amz-meta-minilake-write']),
        'content-length': '1',
      }
      return { status: 200, broken: 'before' }
    })
    expect(await put('y')).toMatchObject({ written: true })
    expect(sent).toHaveLength(2)
  })

  it('is compared with what was sent', async () => {
    const { put } = await knownStore(() => written('other'))
    expect((await errorOf(put('y'))).message).toMatch(/the store reports different content than was sent/)
  })

  it('fails like any other if the store has become something else', async () => {
    const { put } = await knownStore(() => ({ status: 200, body: '<html>' }))
    expect(await errorOf(put('y'))).toMatchObject({ code: 'NotS3' })
  })

  it.each(['never starts', 'never ends'] as const)(
    'waits once for a store whose response %s, and not at all while it counts as silent',
    async (broken) => {
      const frozen: Answer = { status: 200, body: 'abc', broken }
      const { put, sent } = await knownStore(() => frozen, { requestTimeoutMillis: 500 })
      for (let times = 0; times < 3; times += 1)
        expect(await errorOf(put('y'))).toMatchObject({ code: 'TimeoutError' })
      expect(sent).toHaveLength(1)
    },
  )

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController()
    const { store } = await knownStore(() => {
      controller.abort('enough')
      return { status: 200, body: 'abc', broken: 'never ends' }
    })
    const { signal } = controller
    await expect(store.write('a', bytesOf('y'), { isKeyFree: true, signal })).rejects.toBe('enough')
  })

  it('is signed with the time of the store, by which the SDK corrects the clock once', async () => {
    const sent: IncomingHttpHeaders[] = []
    const { endpoint } = await fakeS3((_, { headers }) => {
      sent.push(headers)
      const now = new Date(performance.timeOrigin + performance.now())
      const minutes = [-1, 0, 1].map((off) => new Date(now.getTime() + off * 60_000).toISOString())
      const isSkewed = !minutes.some((time) => time.replaceAll(/[-:]/g, '').startsWith(minuteOf(headers)))
      const answer = isSkewed ? s3Error(403, 'RequestTimeTooSkewed') : written('y')
      return { ...answer, headers: { ...answer.headers, date: now.toUTCString() } }
    })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 5 * 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    const store = storeAt(endpoint, { maxAttempts: 3 })
    for (let times = 0; times < 3; times += 1) await store.write('a', bytesOf('y'), { overwrite: true })
    expect(attempts(sent)).toEqual([undefined, 'attempt=2; max=3', undefined, undefined])
  })

  it('is signed with new credentials once the old ones expire', async () => {
    let asked = 0
    const provide = () => {
      asked += 1
      return { ...session, sessionToken: `token-${asked}`, expiration: new Date() }
    }
    const { put, sent } = await knownStore(() => written('y'), { credentials: provide })
    await put('y')
    await put('y')
    const [one, other] = sent.map((headers) => headers['x-amz-security-token'])
    expect(one).toMatch(/^token-\d+$/)
    expect(other).not.toBe(one)
  })

  it('says why there are no credentials, and asks for them again', async () => {
    let isThere = false
    const provide = () => {
      if (!isThere) throw new Error('the vault is closed')
      return credentials
    }
    const { endpoint } = await fakeS3(() => written('y'))
    const store = storeAt(endpoint, { credentials: provide })
    const put = () => store.write('a', bytesOf('y'), { overwrite: true })
    expect((await errorOf(put())).message).toMatch(/the vault is closed/)
    isThere = true
    expect(await put()).toMatchObject({ written: true })
  })
})
