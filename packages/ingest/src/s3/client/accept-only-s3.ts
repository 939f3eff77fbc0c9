import { Readable } from 'node:stream'
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { isNamed, notS3 } from '../errors/sdk-error.js'

/**
 * Makes a client accept only the responses of S3 stores: web servers, too, respond 200 with an ETag. Headers do not tell them apart:
 * Garage lists without any `x-amz-…`, Google's store sends `x-goog-…`, and CloudFront adds `x-amz-…` to web pages. So the body of the
 * client's first listing decides, and is trusted from then on. If the first success is not a listing, the client sends one for a
 * single key; a user who may not list is told so in S3's own words, which decides, too.
 */
export function acceptOnlyS3(client: S3Client, bucket: string): void {
  let isS3 = false
  let asking: Promise<void> | undefined
  const ask = async () => {
    try {
      await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }))
    } catch (error) {
      if (!isNamed(error, 'AccessDenied')) throw error
      isS3 = true
    } finally {
      asking = undefined
    }
  }

  client.middlewareStack.add(
    (next, { commandName }) =>
      async (step) => {
        const result = await next(step)
        const response = result.response as { statusCode: number; body: unknown }
        if (isS3 || response.statusCode >= 300) return result
        try {
          if (commandName === 'ListObjectsV2Command') {
            response.body = await checkedListing(response.body)
            isS3 = true
          } else {
            await (asking ??= ask())
          }
        } catch (error) {
          discardBody(response.body)
          throw error
        }
        return result
      },
    { step: 'deserialize', priority: 'low', name: 'acceptOnlyS3' },
  )
}

const listingStart = /^\s*(<\?xml[^>]*>\s*)?<ListBucketResult[\s>]/
// What may still become one: an XML declaration, or the first letter of the root element.
const possibleStart = /^\s*(<([?L][^]*)?)?$/
const longestStart = 1024

/** The body of a listing, whole. Throws a NotS3 error if it does not begin like one; then only its beginning has been read. */
async function checkedListing(body: unknown): Promise<Readable> {
  if (!(body instanceof Readable)) throw notS3('the response has no body')
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  const taken: Buffer[] = []
  let start = ''
  while (!listingStart.test(start)) {
    if (start.length > longestStart || !possibleStart.test(start)) throw noListing()
    const { done, value } = await chunks.next()
    if (done) throw noListing()
    taken.push(value)
    start += value.toString()
  }
  return Readable.from(joined(taken, { [Symbol.asyncIterator]: () => chunks }))
}

const noListing = () => notS3('the response is not a listing')

async function* joined(first: Iterable<Buffer>, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first
  yield* rest
}

/** Discards the body of a response, so that it does not hold its connection. */
export function discardBody(body: unknown): void {
  if (body instanceof Readable) body.on('error', () => undefined).destroy()
}
