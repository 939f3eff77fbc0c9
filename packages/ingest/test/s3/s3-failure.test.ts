import { inspect } from 'node:util'
import { partBytes } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, collect } from '../fixtures/byte-stream.js'
import {
  bucket,
  credentials,
  deadEndpoint,
  errorOf,
  fakeS3,
  s3Error,
  silentServer,
  storeAt,
} from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('s3Store reports', () => {
  it.each([
    [403, 'InvalidAccessKeyId', 'ENDPOINT does not know the access key: correct the credentials'],
    [403, 'SignatureDoesNotMatch', 'the secret key does not match the access key: correct the credentials'],
    [403, 'AccessDenied', 'access is denied: the user lacks the right s3:GetObject on iot-time-series'],
    [400, 'ExpiredToken', 'the temporary credentials have expired or are not valid: get new ones'],
    [403, 'RequestTimeTooSkewed', "this computer's clock differs too much from that of ENDPOINT: set it"],
    [404, 'NoSuchBucket', 'there is no bucket iot-time-series at ENDPOINT: create it, or correct the name'],
    [404, 'NoSuchKey', 'no such object'],
    [
      301,
      'PermanentRedirect',
      'the bucket iot-time-series is in another region, not in us-east-1: correct the region',
    ],
    [
      400,
      'AuthorizationHeaderMalformed',
      'the bucket iot-time-series is in another region, not in us-east-1: correct the region',
    ],
    [503, 'SlowDown', 'ENDPOINT is too busy: try again later'],
    [500, 'InternalError', 'ENDPOINT reports an internal error: check its log, then try again'],
    [418, 'IAmATeapot', 'ENDPOINT responds 418 IAmATeapot: the message of S3'],
  ])('%i %s', async (status, code, reason) => {
    const { endpoint } = await fakeS3(() => s3Error(status, code))
    const error = await errorOf(storeAt(endpoint).read('pump/a'))
    const sentence = reason.replace('ENDPOINT', endpoint)
    expect(error.message).toBe(`cannot read s3://iot-time-series/pump/a: ${sentence}`)
    expect(error).toMatchObject({ key: 'pump/a', location: 's3://iot-time-series', code })
    expect(error.cause).toMatchObject({ name: code })
  })

  it('the right on a KMS key, if that is what is denied', async () => {
    const message =
      'User: arn:aws:iam::1:user/a is not authorized to perform: kms:GenerateDataKey on resource: arn'
    const body = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`
    const { endpoint } = await fakeS3(() => ({ status: 403, body }))
    const error = await errorOf(storeAt(endpoint).write('a', bytesOf('x'), { overwrite: true }))
    expect(error.message).toBe(
      'cannot write s3://iot-time-series/a: access is denied: the user lacks the right kms:GenerateDataKey on the key of iot-time-series',
    )
  })

  it('the region of a bucket that is in another one', async () => {
    const answers = [
      s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'),
      { ...s3Error(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    ]
    for (const answer of answers) {
      const { endpoint } = await fakeS3(() => answer)
      const error = await errorOf(storeAt(endpoint).read('a'))
      expect(error.message).toMatch(/ is in eu-west-1, not in us-east-1: correct the region$/)
    }
  })

  it('an endpoint at which nothing listens', async () => {
    const endpoint = await deadEndpoint()
    const store = storeAt(endpoint)
    const works = [
      () => collect(store.list('')),
      () => store.find('a'),
      () => store.read('a'),
      () => store.write('a', []),
      () => store.remove('a'),
    ]
    for (const work of works) {
      const error = await errorOf(work())
      expect(error.message).toContain(
        `nothing is listening at ${endpoint}: start the store, or correct the endpoint`,
      )
      expect(error.code).toBe('ECONNREFUSED')
    }
  })

  it('a host name that does not exist', async () => {
    const endpoint = 'http://no-such-host.invalid:9000'
    const error = await errorOf(storeAt(endpoint).read('a'))
    // EAI_AGAIN on a computer without a name server.
    const sentences: Record<string, string> = {
      ENOTFOUND: `the host name in ${endpoint} does not exist: correct the endpoint`,
      EAI_AGAIN: `the host name in ${endpoint} cannot be looked up: check the network`,
    }
    expect(Object.keys(sentences)).toContain(error.code)
    expect(error.message).toBe(`cannot read s3://iot-time-series/a: ${sentences[error.code ?? '']}`)
  })

  it('a server that never responds', async () => {
    const endpoint = await silentServer()
    const store = storeAt(endpoint, { requestTimeoutMillis: 200 })
    const large = [Buffer.alloc(3 * 1024 * 1024)]
    const works = [
      () => collect(store.list('')),
      () => store.find('a'),
      () => store.read('a'),
      () => store.write('a', []),
      () => store.write('a', large, { overwrite: true }),
      () => store.write('a', [Buffer.alloc(partBytes + 1)], { overwrite: true }),
    ]
    for (const work of works) {
      const error = await errorOf(work())
      expect(error.message).toContain(`: ${endpoint} did not respond in time`)
      expect(error.code).toBe('TimeoutError')
    }
  })

  it.each([
    ['an HTML page', 200, '<!doctype html><html><body>Welcome</body></html>'],
    ['a page that is not XML', 200, '<!doctype html><html><body>Welcome<br></body></html>'],
    ['nothing', 200, ''],
    ['404', 404, 'not found'],
  ])('a server that is not an S3 store and responds %s', async (_, status, body) => {
    const headers = { 'content-type': 'text/html' }
    const { endpoint } = await fakeS3(() => ({ status, body, headers }), { isS3: false })
    await expectNotS3(endpoint)
  })

  it('a web server that responds to everything with an ETag but would store nothing', async () => {
    const page = '<!doctype html><html><body>Welcome to nginx!</body></html>'
    const headers = { 'content-type': 'text/html', server: 'nginx', ETag: '"65a1-267"' }
    await expectNotS3((await fakeS3(() => ({ status: 200, body: page, headers }), { isS3: false })).endpoint)
    const missing = await fakeS3((asked) => ({ status: asked.startsWith('HEAD') ? 404 : 200, headers }), {
      isS3: false,
    })
    const error = await errorOf(storeAt(missing.endpoint).write('a', bytesOf('x')))
    expect(error.code).toBe('NotS3')
  })

  async function expectNotS3(endpoint: string) {
    const store = storeAt(endpoint)
    const works = [
      () => collect(store.list('')),
      () => store.find('a'),
      () => store.read('a'),
      () => store.write('a', bytesOf('x')),
      () => store.write('a', bytesOf('x'), { overwrite: true }),
    ]
    for (const work of works) {
      const error = await errorOf(work())
      expect(error.message).toContain(`: ${endpoint} does not respond like an S3 store: correct the endpoint`)
      expect(error.code).toBe('NotS3')
    }
  }

  it('a response without what every S3 response has', async () => {
    const listing = `<ListBucketResult><Name>${bucket}</Name><Contents><Key>a</Key><ETag>"1"</ETag></Contents></ListBucketResult>`
    const { endpoint } = await fakeS3(() => ({ status: 200, body: listing }))
    expect(await errorOf(collect(storeAt(endpoint).list('')))).toMatchObject({ code: 'NotS3' })
    expect(await errorOf(storeAt(endpoint).read('a'))).toMatchObject({ code: 'NotS3' })
  })

  it.each([{}, { 'x-amz-checksum-crc32': 'AAAAAA==' }])(
    'a response with the headers %j that ends in the middle',
    async (more) => {
      const body = `<ListBucketResult><Name>${bucket}</Name></ListBucketResult>`
      const headers = { ETag: '"1"', ...more }
      const { endpoint } = await fakeS3(() => ({ status: 200, body, headers, broken: 'within' }))
      const store = storeAt(endpoint)
      for (const work of [() => collect(store.list('')), () => store.read('a')]) {
        const error = await errorOf(work())
        expect(error.message).toMatch(
          / closed the connection in the middle of a response: check that it is running, then try again$/,
        )
        expect(error.message).toContain(`: ${endpoint} closed the connection in the middle of a response`)
      }
    },
  )

  it('a connection that is closed before a response', async () => {
    const { endpoint } = await fakeS3(() => ({ status: 200, broken: 'before' }))
    const error = await errorOf(storeAt(endpoint).read('a'))
    expect(error.message).toContain(
      ` ${endpoint} closed the connection: check that it is an S3 store, and whether it expects http or https`,
    )
    expect(error.code).toBe('ECONNRESET')
  })

  it('a server that stays busy, after maxAttempts requests', async () => {
    const { endpoint, asked } = await fakeS3(() => s3Error(503, 'SlowDown'))
    const error = await errorOf(storeAt(endpoint, { maxAttempts: 3 }).read('a'))
    expect(error.message).toBe(`cannot read s3://iot-time-series/a: ${endpoint} is too busy: try again later`)
    expect(asked).toHaveLength(3)
  })

  it('missing credentials', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/no-such-file')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const error = await errorOf(s3Store({ bucket, endpoint: await silentServer() }).read('a'))
    expect(error.message).toMatch(
      /: there are no credentials: pass them, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment \(Could not load credentials from any providers\)$/,
    )
    expect(error.code).toBe('CredentialsProviderError')

    const say = (message: string) => () =>
      Promise.reject(Object.assign(new Error(message), { name: 'CredentialsProviderError' }))
    const sso = "Token is expired. To refresh this SSO session run 'aws sso login' with the profile plant."
    const expired = s3Store({ bucket, endpoint: await silentServer(), credentials: say(`${sso}\nMore.`) })
    expect((await errorOf(expired.read('a'))).message).toContain(
      "(Token is expired. To refresh this SSO session run 'aws sso login' with the profile plant)",
    )
  })

  it.each(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'ExpiredToken', 'AuthorizationHeaderMalformed'])(
    'nothing that %s repeats of the request',
    async (code) => {
      const more =
        '<AWSAccessKeyId>the-access-key</AWSAccessKeyId><StringToSign>AWS4 the-access-key</StringToSign>' +
        '<Token-0>the-session-token</Token-0><Region>eu-west-1</Region>'
      const headers = { 'x-amz-echo': 'the-access-key the-session-token' }
      const { endpoint } = await fakeS3(() => ({ ...s3Error(403, code, more), headers }))
      const temporary = { ...credentials, sessionToken: 'the-session-token' }
      const error = await errorOf(storeAt(endpoint, { credentials: temporary }).read('a'))
      const text = inspect(error, { depth: 9, showHidden: true })
      expect(text).not.toMatch(/the-access-key|the-secret-key|the-session-token/)
      expect(error.cause).toBeInstanceOf(Error)
      expect(error.cause).toMatchObject({
        name: code,
        message: 'the message of S3',
        Region: 'eu-west-1',
        $metadata: { httpStatusCode: 403 },
      })
    },
  )
})
