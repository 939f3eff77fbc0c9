import { randomUUID } from 'node:crypto'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  CompleteMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { isNamed } from './s3-failure.js'
import { abortUpload } from './s3-requests.js'

/**
 * What a store guarantees where several write one key at the same moment without `overwrite`: that exactly one wins, or only that
 * each looks first, so that one may replace another's object.
 */
export type CreateOnce = 'create-once' | 'look-first'

/** Where the probe's objects lie while it runs. */
export const probeFolder = '_probe/'

const rounds = 3
const writers = 8

/**
 * Finds out whether a store heeds `If-None-Match: *`, for objects put at once and for those in parts: some take the header
 * and ignore it, some heed it only where the writers do not meet. Rejects with the SDK's error.
 */
export async function probeCreateOnce(
  client: S3Client,
  { bucket, signal }: { bucket: string; signal: AbortSignal | undefined },
): Promise<CreateOnce> {
  for (let round = 0; round < rounds; round += 1) {
    for (const race of [racePuts, raceUploads]) {
      signal?.throwIfAborted()
      const target = { bucket, key: `${probeFolder}${randomUUID()}` }
      try {
        if ((await race(client, target)) > 1) return 'look-first'
      } finally {
        await client.send(new DeleteObjectCommand({ Bucket: target.bucket, Key: target.key }))
      }
    }
  }
  return 'create-once'
}

type Race = (client: S3Client, target: { bucket: string; key: string }) => Promise<number>

const racePuts: Race = (client, { bucket, key }) =>
  countWinners(Array.from({ length: writers }).keys(), (writer) =>
    client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: `writer ${writer}`, IfNoneMatch: '*' }),
    ),
  )

const raceUploads: Race = async (client, { bucket, key }) => {
  const place = { Bucket: bucket, Key: key }
  const begun = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
      const upload = { ...place, UploadId }
      const part = { ...upload, PartNumber: 1, Body: `writer ${writer}` }
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part))
      const Parts = [{ PartNumber: 1, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) }]
      return { ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }
    }),
  )
  try {
    return await countWinners(begun, (upload) => client.send(new CompleteMultipartUploadCommand(upload)))
  } finally {
    await Promise.all(
      begun.map(({ UploadId: uploadId = '' }) => abortUpload({ client, bucket }, { key, uploadId })),
    )
  }
}

async function countWinners<W>(all: Iterable<W>, write: (writer: W) => Promise<unknown>): Promise<number> {
  const won = await Promise.all(
    Array.from(all, (writer) =>
      write(writer).then(
        () => true,
        (error: unknown) => {
          const isRefused = ['PreconditionFailed', 'ConditionalRequestConflict'].some((name) =>
            isNamed(error, name),
          )
          if (!isRefused) throw error
          return false
        },
      ),
    ),
  )
  return won.filter(Boolean).length
}
