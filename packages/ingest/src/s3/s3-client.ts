import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { notS3 } from './s3-failure.js'
import type { resolveS3Options } from './s3-options.js'

/** Amazon's client for the options, which takes answers of S3 stores only. */
export function s3Client({
  endpoint,
  region,
  credentials,
  pathStyle,
  checksums,
  connectTimeoutMillis,
  requestTimeoutMillis,
  maxAttempts,
  clockOffsetMillis,
}: ReturnType<typeof resolveS3Options>): S3Client {
  const checksumSetting = checksums === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts,
    systemClockOffset: clockOffsetMillis,
    requestChecksumCalculation: checksumSetting,
    responseChecksumValidation: checksumSetting,
    requestHandler: { connectionTimeout: connectTimeoutMillis, socketTimeout: requestTimeoutMillis },
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
  })
  preferUnsignedPayload(client)
  takeAnswersOfS3Only(client)
  keepAnswerDates(client)
  return client
}

/**
 * Leaves the SHA-256 out of the signature of what is uploaded, as every tool does over https: it costs as much as sending.
 * CRC32, and the ETag that is compared at the end, guard the bytes.
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

/** Web servers, too, answer 200 with an ETag; only an S3 store adds headers such as `x-amz-request-id`. */
function takeAnswersOfS3Only(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (step) => {
      const result = await next(step)
      const { statusCode, headers, body } = result.response as {
        statusCode: number
        headers: Record<string, string>
        body: unknown
      }
      const isOfS3 = Object.keys(headers).some((name) => name.toLowerCase().startsWith('x-amz-'))
      if (statusCode < 300 && !isOfS3) {
        discardBody(body)
        throw notS3('the answer has no header of S3')
      }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'takeAnswersOfS3Only' },
  )
}

const answerDates = new WeakMap<object, Date>()

/** When the store gave an answer, by its own clock, in whole seconds rounded up; an invalid date where it does not say. */
export function answeredAt(answer: object): Date {
  return answerDates.get(answer) ?? new Date(NaN)
}

function keepAnswerDates(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (step) => {
      const result = await next(step)
      const { headers } = result.response as { headers: Record<string, string> }
      answerDates.set(result.output, new Date(Date.parse(headers.date ?? '') + 1000))
      return result
    },
    { step: 'initialize', name: 'keepAnswerDates' },
  )
}

/** Ends an answer whose body is not wanted, so that its connection is not held. */
export function discardBody(body: unknown): void {
  if (body instanceof Readable) body.on('error', () => undefined).destroy()
}
