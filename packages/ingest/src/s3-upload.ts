import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { etagHasher, partBytes } from './etag.js'
import type { ByteStream, WriteResult } from './object-store.js'
import { etagOf } from './s3-failure.js'

const partsAtOnce = 4
const pieceBytes = 1024 * 1024
const conflictWaitsMillis = [100, 200, 400, 800]

/** What to upload where, and how. */
interface UploadOptions {
  bucket: string
  key: string
  overwrite: boolean
  checksums: 'crc32' | 'when-required'
  signal: AbortSignal | undefined
}

/**
 * Uploads bytes under a key, which becomes visible whole or not at all; rejects with the SDK's error, the stream's, or that the
 * store has other content.
 */
export async function uploadToS3(
  client: S3Client,
  bytes: ByteStream,
  { bucket, key, overwrite, checksums, signal }: UploadOptions,
): Promise<WriteResult> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const hasher = etagHasher()
  const body = Readable.from(pieces(bytes, hasher, stop.signal))
  try {
    const upload = new Upload({
      client: stoppable(client, stop),
      partSize: partBytes,
      queueSize: partsAtOnce,
      leavePartsOnError: false,
      params: {
        Bucket: bucket,
        Key: key,
        Body: body,
        ...(!overwrite && { IfNoneMatch: '*' }),
        ...(checksums === 'crc32' && { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
      },
    })
    const answer = await upload.done()
    const identity = hasher.identity()
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
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed' && !overwrite) {
      return { written: false, ...hasher.identity() }
    }
    throw error
  } finally {
    body.destroy() // `Upload` leaves its stream as it is when it fails
    signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * Leaves the SHA-256 out of the signature of what is uploaded, as every tool does over https: it costs as much as sending.
 * CRC32, and the ETag that is compared at the end, guard the bytes.
 */
export function preferUnsignedPayload(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (step) => {
      const { method, headers } = step.request as { method: string; headers: Record<string, string> }
      if (method === 'PUT') headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
      return next(step)
    },
    { step: 'build', name: 'preferUnsignedPayload' },
  )
}

/**
 * A client for one upload: `stop` ends the requests that send bytes, and so does the first that fails, since `Upload` itself
 * would read its stream to the end. What begins or completes an upload runs to its end, or parts would stay behind.
 */
function stoppable(client: S3Client, stop: AbortController): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]) => {
    if (command instanceof AbortMultipartUploadCommand) {
      // The failure that led here is the one to tell.
      return client.send(command).catch(() => undefined)
    }
    stop.signal.throwIfAborted()
    const sendsBytes = command instanceof PutObjectCommand || command instanceof UploadPartCommand
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await client.send(command, sendsBytes ? { abortSignal: stop.signal } : {})
      } catch (error) {
        const isConflict = error instanceof Error && error.name === 'ConditionalRequestConflict'
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
  for await (const chunk of bytes) {
    stop.throwIfAborted()
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
  stop.throwIfAborted()
  yield piece.subarray(0, filled)
}
