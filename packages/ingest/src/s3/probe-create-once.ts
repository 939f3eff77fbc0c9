import { randomUUID } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { isNamed } from './sdk-error.js'
import { abortUpload } from './upload-requests.js'

/**
 * What happens if several writers write one key at the same moment without `overwrite`: exactly one wins ('create-once'), or each
 * only checks the key before it writes, so that one may replace another's object ('check-then-write').
 */
export type CreateOnce = 'create-once' | 'check-then-write'

/** The folder of the probe's objects while it runs. */
export const probeFolder = '_probe/'

const rounds = 3
const writers = 8

/**
 * Finds out whether a store honours `If-None-Match: *`, both for objects uploaded in one request and for those in parts. Some stores
 * accept the header and ignore it; some honour it only if the writers do not meet. Rejects with the SDK's error.
 */
export async function probeCreateOnce(
  client: S3Client,
  { bucket, signal }: { bucket: string; signal: AbortSignal | undefined },
): Promise<CreateOnce> {
  for (let round = 0; round < rounds; round += 1) {
    for (const race of [racePuts, raceUploads]) {
      signal?.throwIfAborted()
      const target = { bucket, key: `${probeFolder}${randomUUID()}` }
      const won = await thenAlways(race(client, target), () =>
        client.send(new DeleteObjectCommand({ Bucket: target.bucket, Key: target.key })),
      )
      if (won > 1) return 'check-then-write'
    }
  }
  return 'create-once'
}

type Race = (client: S3Client, target: { bucket: string; key: string }) => Promise<number>

const racePuts: Race = (client, { bucket, key }) =>
  countWinners(numbers(), (writer) =>
    client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: `writer ${writer}`, IfNoneMatch: '*' }),
    ),
  )

const raceUploads: Race = (client, { bucket, key }) => {
  const place = { Bucket: bucket, Key: key }
  const started: string[] = []
  const begin = async (writer: number) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
    if (UploadId !== undefined) started.push(UploadId)
    const upload = { ...place, UploadId }
    const part = { ...upload, PartNumber: 1, Body: `writer ${writer}` }
    const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part))
    const Parts = [{ PartNumber: 1, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) }]
    return { ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }
  }
  const race = async () => {
    const uploads = await all(numbers().map(begin))
    return countWinners(uploads, (upload) => client.send(new CompleteMultipartUploadCommand(upload)))
  }
  return thenAlways(race(), () =>
    all(started.map((uploadId) => abortUpload({ client, bucket }, { key, uploadId }))),
  )
}

const numbers = () => [...Array(writers).keys()]

/** The results of all. Rejects with the first failure, but only once all of them have ended. */
async function all<R>(works: readonly Promise<R>[]): Promise<R[]> {
  await Promise.allSettled(works)
  return Promise.all(works)
}

/** The result of some work, once something else was done after it. If both fail, the failure of the work is reported. */
async function thenAlways<R>(work: Promise<R>, after: () => Promise<unknown>): Promise<R> {
  try {
    await work
  } catch (error) {
    await after().catch(() => undefined)
    throw error
  }
  await after()
  return work
}

async function countWinners<W>(
  competing: readonly W[],
  write: (writer: W) => Promise<unknown>,
): Promise<number> {
  const wins = async (writer: W) => {
    try {
      await write(writer)
      return true
    } catch (error) {
      const refusals = ['PreconditionFailed', 'ConditionalRequestConflict']
      if (!refusals.some((name) => isNamed(error, name))) throw error
      return false
    }
  }
  return (await all(competing.map(wins))).filter(Boolean).length
}
