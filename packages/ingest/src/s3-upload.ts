import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { etagHasher, partBytes } from './etag.js'
import type { ByteStream, WriteResult } from './object-store.js'
import { etagOf, statusOf } from './s3-failure.js'
import { untilAborted } from './until-aborted.js'

const partsAtOnce = 4
const pieceBytes = 1024 * 1024
/** The field of an object's metadata that says which write made it. */
const writeField = 'minilake-write'
const conflictWaitsMillis = [100, 200, 400, 800]

/** What to upload where, and how. */
interface UploadOptions {
  bucket: string
  key: string
  overwrite: boolean
  checksums: 'crc32' | 'when-required'
  signal: AbortSignal | undefined
  /** Called where the upload fails and its parts could not be removed. */
  onPartsLeft: (cause: unknown) => void
}

/**
 * Uploads bytes under a key, which becomes visible whole or not at all; rejects with the SDK's error, the stream's, or that the
 * store has other content.
 */
export async function uploadToS3(
  client: S3Client,
  bytes: ByteStream,
  { bucket, key, overwrite, checksums, signal, onPartsLeft }: UploadOptions,
): Promise<WriteResult> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const hasher = etagHasher()
  const id = randomUUID()
  const body = Readable.from(pieces(bytes, hasher, stop.signal))
  try {
    const upload = new Upload({
      client: stoppable(client, stop, onPartsLeft),
      partSize: partBytes,
      queueSize: partsAtOnce,
      leavePartsOnError: false,
      params: {
        Bucket: bucket,
        Key: key,
        Body: body,
        Metadata: { [writeField]: id },
        ...(!overwrite && { IfNoneMatch: '*' }),
        ...(checksums === 'crc32' && { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
      },
    })
    const answer = await upload.done().catch(async (error: unknown) => {
      const isTaken = !overwrite && isNamed(error, 'PreconditionFailed')
      if (!isTaken && !isNamed(error, 'NoSuchUpload')) throw error
      const found = await ownObject(client, { bucket, key, id })
      if (!found && !isTaken) throw error
      return found
    })
    const identity = hasher.identity()
    if (!answer) return { written: false, ...identity }
    const reported = etagOf(answer)
    // With keys of KMS the ETag looks like an MD5 and is none.
    const isMd5 =
      /^[0-9a-f]{32}(-\d+)?$/.test(reported) && !answer.ServerSideEncryption?.startsWith('aws:kms')
    if (isMd5 && reported !== identity.etag) {
      throw new Error(
        `the store reports other content than was sent (ETag ${reported} instead of ${identity.etag}): remove the object and write it again`,
      )
    }
    return { written: true, ...identity }
  } finally {
    body.destroy() // `Upload` leaves its stream as it is when it fails
    signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * What is under the key, if the write of this id made it. The SDK sends again what the store did and could not say, as when
 * the connection broke: the second answer is then that the key is taken, or that there is no such upload.
 */
async function ownObject(
  client: S3Client,
  { bucket, key, id }: { bucket: string; key: string; id: string },
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return found.Metadata?.[writeField] === id ? found : undefined
  } catch (error) {
    // Removed since, or of a user who may not look.
    if ([403, 404].includes(statusOf(error) ?? 0)) return undefined
    throw error
  }
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}

/**
 * A client for one upload: `stop` ends the requests that send bytes, and so does the first that fails, since `Upload` itself
 * would read its stream to the end. What begins or completes an upload runs to its end, or parts would stay behind.
 */
function stoppable(
  client: S3Client,
  stop: AbortController,
  onPartsLeft: UploadOptions['onPartsLeft'],
): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]) => {
    if (command instanceof AbortMultipartUploadCommand) {
      // The failure that led here is the one to tell.
      return client.send(command).catch((error: unknown) => {
        if (!isNamed(error, 'NoSuchUpload')) onPartsLeft(error)
      })
    }
    stop.signal.throwIfAborted()
    const sendsBytes = command instanceof PutObjectCommand || command instanceof UploadPartCommand
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await client.send(command, sendsBytes ? { abortSignal: stop.signal } : {})
      } catch (error) {
        const isConflict = isNamed(error, 'ConditionalRequestConflict')
        const wait = conflictWaitsMillis[attempt]
        if (!isConflict || !(command instanceof PutObjectCommand) || wait === undefined) {
          stop.abort(error)
          throw error
        }
        await sleep(wait, undefined, { signal: stop.signal })
      }
    }
  }
  return Object.create(client, { send: { value: send } }) as S3Client
}

/** The stream in pieces of one size, copied: producers may fill their chunks again, and `Upload` is slow with small ones. */
async function* pieces(
  bytes: ByteStream,
  hasher: { update(chunk: Uint8Array): void },
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafeSlow(pieceBytes)
  let filled = 0
  for await (const chunk of untilAborted(bytes, stop)) {
    hasher.update(chunk)
    let rest = chunk
    while (rest.length > 0) {
      const part = rest.subarray(0, pieceBytes - filled)
      piece.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
      if (filled === pieceBytes) {
        yield piece
        piece = Buffer.allocUnsafeSlow(pieceBytes)
        filled = 0
      }
    }
  }
  yield piece.subarray(0, filled)
}
