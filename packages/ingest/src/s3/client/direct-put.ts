import type { Readable } from 'node:stream'
import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3'
import type { Silence } from './end-silence.js'
import type { ObjectResponse } from './object-response.js'

/** Uploads bytes as an object in one request. Rejects with the SDK's error. */
export type PutRequest = (input: PutInput, options: { abortSignal: AbortSignal }) => Promise<ObjectResponse>

/** The parameters of PutObject that a store uses. */
export interface PutInput extends Pick<
  PutObjectCommandInput,
  'IfNoneMatch' | 'ChecksumAlgorithm' | 'Metadata'
> {
  Bucket: string
  Key: string
  Body: Uint8Array
  ChecksumCRC32?: string
}

/** From this size on the SDK waits for `100 Continue` before it sends the bytes, and its work no longer counts beside them. */
const directBytes = 2 * 2 ** 20

/**
 * PutObject for many small objects. Most of the SDK's CPU time for one prepares what all of them share, so the SDK prepares that once:
 * the endpoint, the headers it adds, and the signer, which knows the credentials. Each object then is a copy with its own key, headers
 * and bytes, signed and sent by the SDK's signer and HTTP handler.
 *
 * Only a success ends here. Any other outcome is handed to the SDK's PutObject as that of its first attempt, so that retries, the
 * correction of the clock and errors are the SDK's. So is every response until `client` has accepted one as S3's.
 */
export function directPut(client: S3Client, silence: Silence): PutRequest {
  const handler = client.config.requestHandler as HttpHandler
  let preparing: Promise<Prepared | undefined> | undefined
  let isKnownAsS3 = false

  /** Undefined if only the SDK can send the request, or say why it cannot be sent. */
  async function signedRequest(input: PutInput): Promise<HttpRequest | undefined> {
    try {
      const prepared = await (preparing ??= prepare(client, input))
      const signingDate = new Date(new Date().getTime() + client.config.systemClockOffset)
      return await prepared?.signer.sign(requestFor(prepared.request, input), { signingDate })
    } catch {
      preparing = undefined
      return undefined
    }
  }

  return async (input, options) => {
    const isDirect = input.Body.length < directBytes && !silence.isSilent()
    const request = isDirect ? await signedRequest(input) : undefined
    if (request === undefined) return client.send(new PutObjectCommand(input), options)

    const start = performance.now()
    const { response, error } = await outcomeOf(handler.handle(request, options))
    if (isKnownAsS3 && response?.statusCode === 200) {
      silence.noteAnswer()
      await refillRetries(client)
      return objectResponse(response.headers)
    }
    if (error) silence.noteStart(error, start)
    const accepted = await client.send(answeredFirst(input, response ?? error), options)
    isKnownAsS3 = true
    return accepted
  }
}

type Signer = Awaited<ReturnType<S3Client['config']['signer']>>
type HttpRequest = Parameters<Signer['sign']>[0]

interface HttpResponse {
  statusCode: number
  headers: Record<string, string>
  body: Readable
}

/** What the SDK's HTTP handler does; it declares any response. */
interface HttpHandler {
  handle(request: HttpRequest, options: { abortSignal: AbortSignal }): Promise<{ response: HttpResponse }>
}

/** A request without key, bytes and signature, and what signs it. */
interface Prepared {
  request: HttpRequest
  signer: Signer
}

const sampleKey = 'k'

/** Has the SDK prepare the request for an object without sending it. Undefined if it is not to be signed in the usual way. */
async function prepare(
  client: S3Client,
  { Bucket, ChecksumAlgorithm, ChecksumCRC32 }: PutInput,
): Promise<Prepared | undefined> {
  const sample = { Bucket, Key: sampleKey, Body: new Uint8Array(), ChecksumAlgorithm, ChecksumCRC32 }
  const command = new PutObjectCommand(sample)
  let prepared: Prepared | undefined
  command.middlewareStack.add(
    (_next, context) =>
      async ({ request }) => {
        const [scheme] = context.endpointV2?.properties?.authSchemes ?? []
        if (scheme?.name === 'sigv4')
          prepared = { request: request as HttpRequest, signer: await client.config.signer(scheme) }
        return { response: { headers: {} }, output: { $metadata: {} } }
      },
    { step: 'build', priority: 'low', name: 'endHere' },
  )
  await client.send(command)
  return prepared
}

/** The request for an object. */
function requestFor(
  sample: HttpRequest,
  { Key, Body, IfNoneMatch, Metadata = {}, ChecksumCRC32 }: PutInput,
): HttpRequest {
  const headers: Record<string, string> = { ...sample.headers, 'content-length': String(Body.length) }
  if (IfNoneMatch !== undefined) headers['if-none-match'] = IfNoneMatch
  if (ChecksumCRC32 !== undefined) headers['x-amz-checksum-crc32'] = ChecksumCRC32
  for (const [field, value] of Object.entries(Metadata)) headers[`x-amz-meta-${field}`] = value
  const path = `${sample.path.slice(0, -sampleKey.length)}${uriEncoded(Key)}`
  return { ...sample, path, headers, body: Body }
}

/** A key as the SDK writes it into a path. */
function uriEncoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** How a request ended: with a response, whose body has been read if it is a success, or with an error. */
type Outcome = { response: HttpResponse; error?: undefined } | { response?: undefined; error: Error }

async function outcomeOf(sending: Promise<{ response: HttpResponse }>): Promise<Outcome> {
  try {
    const { response } = await sending
    if (response.statusCode === 200) await read(response.body)
    return { response }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** Reads to the end, which frees the connection. */
function read(body: Readable): Promise<void> {
  return new Promise((resolve, reject) => body.on('end', resolve).on('error', reject).resume())
}

/** A PutObject whose first attempt is not sent, but ends with this outcome. */
function answeredFirst(input: PutInput, outcome: HttpResponse | Error): PutObjectCommand {
  const command = new PutObjectCommand(input)
  let isFirst = true
  command.middlewareStack.add(
    (next) => (step) => {
      if (!isFirst) return next(step)
      isFirst = false
      if (outcome instanceof Error) return Promise.reject(outcome)
      return Promise.resolve({ response: outcome, output: undefined as never }) // the SDK makes the output from the response
    },
    { step: 'deserialize', priority: 'low', name: 'answeredFirst' },
  )
  return command
}

/** Notes a success for the quota from which the SDK's retries draw: without any, a store that is used for days would have no retries left. */
async function refillRetries({ config }: S3Client): Promise<void> {
  const strategy = await config.retryStrategy()
  if (!('acquireInitialRetryToken' in strategy)) return
  strategy.recordSuccess(await strategy.acquireInitialRetryToken(''))
}

function objectResponse(headers: Record<string, string>): ObjectResponse {
  return {
    ETag: headers.etag,
    ChecksumCRC32: headers['x-amz-checksum-crc32'],
    ServerSideEncryption: headers['x-amz-server-side-encryption'],
    SSECustomerAlgorithm: headers['x-amz-server-side-encryption-customer-algorithm'],
  }
}
