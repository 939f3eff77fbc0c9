import { S3Client } from '@aws-sdk/client-s3'
import { acceptOnlyS3 } from './accept-only-s3.js'
import { directPut, type PutRequest } from './direct-put.js'
import { endSilence } from './end-silence.js'
import { keepBelowPrefix } from './key-prefix.js'
import type { resolveS3Options } from './s3-options.js'

/**
 * More connections than a run uses. With the SDK's 50, as many first requests held all of them while they waited for the one that
 * recognises the store, which got none.
 */
const maxSockets = 1000

/**
 * Amazon's client with these options, and its way to put small objects. They accept only responses of S3 stores, and their keys are
 * relative to the prefix.
 */
export function s3Client({
  bucket,
  keyPrefix,
  endpoint,
  region,
  credentials,
  pathStyle,
  checksums,
  signPayload,
  connectTimeoutMillis,
  requestTimeoutMillis,
  maxAttempts,
  clockOffsetMillis,
}: ReturnType<typeof resolveS3Options>): { client: S3Client; put: PutRequest } {
  const checksumSetting = checksums === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    useArnRegion: true,
    maxAttempts,
    systemClockOffset: clockOffsetMillis,
    requestChecksumCalculation: checksumSetting,
    responseChecksumValidation: checksumSetting,
    requestHandler: {
      connectionTimeout: connectTimeoutMillis,
      socketTimeout: requestTimeoutMillis,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
  })
  if (!signPayload) preferUnsignedPayload(client)
  keepBelowPrefix(client, keyPrefix)
  acceptOnlyS3(client, bucket)
  keepResponseDates(client)
  const silence = endSilence(client, { requestTimeoutMillis })
  return { client, put: directPut(client, silence) }
}

/**
 * Leaves the SHA-256 of uploaded bytes out of the signature, as every tool does over https: it costs as much as sending them. The
 * CRC32, and the ETag that is compared at the end, protect the bytes.
 */
function preferUnsignedPayload(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (step) => {
      const { method, headers } = step.request as { method: string; headers: Record<string, string> }
      if (method === 'PUT') headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
      return next(step)
    },
    { step: 'build', name: 'preferUnsignedPayload' },
  )
}

const responseDates = new WeakMap<object, Date>()

/** When the store sent a response, by its own clock, rounded up to whole seconds. An invalid date if the response does not say. */
export function respondedAt(response: object): Date {
  return responseDates.get(response) ?? new Date(NaN)
}

function keepResponseDates(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (step) => {
      const result = await next(step)
      const { headers } = result.response as { headers: Record<string, string> }
      responseDates.set(result.output, new Date(Date.parse(headers.date ?? '') + 1000))
      return result
    },
    { step: 'initialize', name: 'keepResponseDates' },
  )
}
