import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, collect } from '../fixtures/byte-stream.js'
import { type Answer, bucket, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const listing = (declaration: string) =>
  `${declaration}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name>` +
  '<Contents><Key>a</Key><Size>1</Size><ETag>"1"</ETag></Contents></ListBucketResult>'
const isListing = (asked: string) => asked.startsWith('GET ') && asked.includes('list-type=2')
const etag = `"${createHash('md5').update('x').digest('hex')}"`

/** A server that lists with this body and these headers, and accepts every object. */
const serverThat = (lists: Answer, headers: Record<string, string> = {}) =>
  fakeS3((asked) => (isListing(asked) ? lists : { status: 200, headers: { etag, ...headers } }), {
    isS3: false,
  })

describe('a store is recognised by its listing', () => {
  it.each([
    ["without a vendor's header, as Garage's", listing('<?xml version="1.0" encoding="UTF-8"?>'), {}],
    [
      "with Google's headers",
      listing("<?xml version='1.0' encoding='UTF-8'?>"),
      { 'x-goog-generation': '1' },
    ],
    ['without an XML declaration', listing(''), {}],
  ])('%s', async (_, body, headers) => {
    const { endpoint, asked } = await serverThat({ status: 200, body, headers }, headers)
    const store = storeAt(endpoint)
    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual(['a'])
    expect(await store.write('b', bytesOf('x'), { overwrite: true })).toMatchObject({ written: true })
    expect(asked.filter(isListing)).toHaveLength(1)
  })

  it('that is asked for once, if the first requests are others', async () => {
    const { endpoint, asked } = await serverThat({ status: 200, body: listing('') })
    const store = storeAt(endpoint)
    const keys = ['b', 'c', 'd']
    await Promise.all(keys.map((key) => store.write(key, bytesOf('x'), { overwrite: true })))
    await store.remove('b')
    expect(asked.filter((line) => line.startsWith('GET '))).toEqual([
      expect.stringMatching(/[?&]max-keys=1(&|$)/),
    ])
  })

  it("or by S3's own refusal, if the user may not list", async () => {
    const { endpoint } = await serverThat(s3Error(403, 'AccessDenied'))
    expect(await storeAt(endpoint).write('b', bytesOf('x'), { overwrite: true })).toMatchObject({
      written: true,
    })
  })

  it('that is asked for again after a failure', async () => {
    let listings = 0
    const { endpoint } = await fakeS3(
      (asked) => {
        if (!isListing(asked)) return { status: 200, headers: { etag } }
        listings += 1
        return listings === 1 ? s3Error(503, 'SlowDown') : { status: 200, body: listing('') }
      },
      { isS3: false },
    )
    const store = storeAt(endpoint)
    const write = () => store.write('b', bytesOf('x'), { overwrite: true })
    expect(await errorOf(write())).toMatchObject({ code: 'SlowDown' })
    expect(await write()).toMatchObject({ written: true })
  })
})

describe('a server is not a store', () => {
  const page = '<!doctype html><html><body>Welcome</body></html>'
  it.each([
    ["if it sends a page with CloudFront's header", { status: 200, body: page }, { 'x-amz-cf-id': 'abc' }],
    [
      "if it sends a page with S3's header, as an S3 website does",
      { status: 200, body: page },
      { 'x-amz-request-id': '17' },
    ],
    ['if it sends other XML', { status: 200, body: '<?xml version="1.0"?><rss></rss>' }, {}],
    ['if it sends nothing', { status: 200 }, {}],
    ['if it refuses in words that are not of S3', { status: 403, body: page }, {}],
  ])('%s', async (_, answer, headers) => {
    const { endpoint } = await serverThat({ ...answer, headers }, headers)
    const store = storeAt(endpoint)
    for (const work of [
      () => collect(store.list('')),
      () => store.write('b', bytesOf('x'), { overwrite: true }),
    ]) {
      expect((await errorOf(work())).code).toBe(answer.status === 403 ? 'AccessDenied' : 'NotS3')
    }
  })
})

it('recognises the store while as many requests wait as a client may send at once', async () => {
  const { endpoint, objects } = await memoryS3()
  const store = storeAt(endpoint, { connectTimeoutMillis: 2000, maxAttempts: 1 })
  const keys = Array.from({ length: 100 }, (_, index) => `t/${index}`)
  await Promise.all(keys.map((key) => store.write(key, bytesOf(key))))
  expect(objects.size).toBe(100)
})
