import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { s3Client } from '../../src/s3/client/s3-client.js'
import { resolveS3Options } from '../../src/s3/client/s3-options.js'
import { credentials } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const bucket = 'arn:aws:s3:eu-central-1:123456789012:accesspoint/readings'
const host = 'readings-123456789012.s3-accesspoint.eu-central-1.amazonaws.com'

interface Signed {
  hostname: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
}

/** The requests that the SDK has signed, for an object and for a listing; none is sent. */
async function signed(options: Partial<S3StoreOptions>) {
  const { client } = s3Client(resolveS3Options({ bucket, credentials, maxAttempts: 1, ...options }))
  const requests: Signed[] = []
  client.middlewareStack.addRelativeTo(
    () => (step: { request: unknown }) => {
      requests.push(step.request as Signed)
      throw new Error('not sent')
    },
    { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'keepSigned' },
  )
  for (const command of [
    new GetObjectCommand({ Bucket: bucket, Key: 'pump/a' }),
    new ListObjectsV2Command({ Bucket: bucket, Prefix: 'pump/' }),
  ])
    await expect(client.send(command as GetObjectCommand)).rejects.toThrow('not sent')
  return requests
}

describe('an access point', () => {
  it.each<[string, Partial<S3StoreOptions>]>([
    ['without an endpoint', {}],
    ['of another region than the option', { region: 'us-east-1' }],
    ["with Amazon's endpoint for a region", { endpoint: 'https://s3.us-east-1.amazonaws.com' }],
    ["with Amazon's endpoint", { endpoint: 'https://s3.amazonaws.com', pathStyle: true }],
  ])('%s is asked at its own host, signed for its own region', async (_, options) => {
    const [object, listing] = await signed({ ...options, keyPrefix: 'team/lake/' })
    expect(object).toMatchObject({ hostname: host, path: '/team/lake/pump/a' })
    expect(listing).toMatchObject({ hostname: host, path: '/', query: { prefix: 'team/lake/pump/' } })
    for (const { headers } of [object, listing] as Signed[]) {
      expect(headers.host).toBe(host)
      expect(headers.authorization).toMatch(/\/eu-central-1\/s3\/aws4_request, .*SignedHeaders=[^,]*\bhost\b/)
    }
  })

  it('without a key prefix begins at its root', async () => {
    const [object, listing] = await signed({})
    expect(object).toMatchObject({ hostname: host, path: '/pump/a' })
    expect(listing).toMatchObject({ hostname: host, path: '/', query: { prefix: 'pump/' } })
  })

  it('is asked below the host of an endpoint that is not Amazon’s for a region', async () => {
    const endpoint = 'https://accesspoint.vpce-1.s3.eu-central-1.vpce.amazonaws.com'
    const [object] = await signed({ endpoint })
    expect(object?.hostname).toBe(
      'readings-123456789012.accesspoint.vpce-1.s3.eu-central-1.vpce.amazonaws.com',
    )
  })

  it('can be named with a colon, and is part of the location', () => {
    const named = 'arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:readings'
    expect(s3Store({ bucket: named, keyPrefix: 'team/' }).location).toBe(`s3://${named}/team`)
  })

  it.each([
    'arn:aws:s3:::iot-time-series',
    'arn:aws:s3:eu-central-1:123456789012:bucket/a',
    'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap',
    'arn:aws:s3-outposts:eu-central-1:123456789012:outpost/op-1/accesspoint/readings',
    `${bucket}/team`,
  ])('is not what %s names', (other) => {
    expect(() => s3Store({ bucket: other })).toThrow(
      /^bucket expected the ARN of an access point, such as arn:/,
    )
  })
})
