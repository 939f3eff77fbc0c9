import { randomUUID } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { isNamed, statusOf } from '../errors/sdk-error.js'
import { abortUpload } from './upload-requests.js'

/**
 * What happens if several writers write one key at the same moment without `overwrite`: exactly one wins ('create-once'), or each
 * only checks the key before it writes, so that one may replace another's object ('check-then-write').
 */
export type CreateOnce = 'create-once' | 'check-then-write'

/** The folder of the probe's result, and of its objects while it runs. */
export const probeFolder = '_probe/'

const rounds = 3
const writers = 8

/**
 * Finds out whether a store honours `If-None-Match: *`, both for objects uploaded in one request and for those in parts. Some stores
 * accept the header and ignore it; some honour it only if the writers do not meet. Removes what it made, unless the user may not.
 * Rejects with the SDK's error.
 */
export async function probeCreateOnce(
  client: S3Client,
  { bucket, signal }: { bucket: string; signal: AbortSignal | undefined },
): Promise<CreateOnce> {
  for (let round = 0; round < rounds; round += 1) {
    for (const race of [racePuts, raceUploads]) {
      signal?.throwIfAborted()
      const target = { bucket, key: `${probeFolder}${randomUUID()}`, versions: [] }
      const won = await thenAlways(race(client, target), () => removeForGood(client, target, target.versions))
      if (won > 1) return 'check-then-write'
    }
  }
  return 'create-once'
}

/**
 * Removes an object: in a bucket with versions these ones, so that not even a deletion marker stays; if there are none, or the user may
 * not remove versions, the object alone. Resolves even if the user may not do that either.
 */
async function removeForGood(
  client: S3Client,
  { bucket, key }: { bucket: string; key: string },
  versions: readonly string[],
): Promise<void> {
  const place = { Bucket: bucket, Key: key }
  const removals = versions.map((VersionId) => client.send(new DeleteObjectCommand({ ...place, VersionId })))
  const isGone = await unlessDenied(all(removals))
  if (isGone && versions.length > 0) return
  await unlessDenied(client.send(new DeleteObjectCommand(place)))
}

/** Whether the work was done, not denied. Rejects with any other failure. */
async function unlessDenied(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (statusOf(error) !== 403) throw error
    return false
  }
}

/** Writes one key at the same moment. Resolves to the number of writers that won, and adds the versions that they made. */
type Race = (client: S3Client, target: { bucket: string; key: string; versions: string[] }) => Promise<number>

const racePuts: Race = (client, { bucket, key, versions }) =>
  countWinners(numbers(), versions, (writer) =>
    client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: `writer ${writer}`, IfNoneMatch: '*' }),
    ),
  )

const raceUploads: Race = (client, { bucket, key, versions }) => {
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
    return countWinners(uploads, versions, (upload) =>
      client.send(new CompleteMultipartUploadCommand(upload)),
    )
  }
  return thenAlways(race(), () =>
    all(started.map((uploadId) => unlessDenied(abortUpload({ client, bucket }, { key, uploadId })))),
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
  versions: string[],
  write: (writer: W) => Promise<{ VersionId?: string | undefined }>,
): Promise<number> {
  const wins = async (writer: W) => {
    try {
      const { VersionId } = await write(writer)
      if (VersionId !== undefined) versions.push(VersionId)
      return true
    } catch (error) {
      const refusals = ['PreconditionFailed', 'ConditionalRequestConflict']
      if (!refusals.some((name) => isNamed(error, name))) throw error
      return false
    }
  }
  return (await all(competing.map(wins))).filter(Boolean).length
}
