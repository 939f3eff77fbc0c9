import { createHash, randomUUID } from 'node:crypto'
import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3'
import { crc32Text } from './crc32.js'
import { identityOf } from './etag.js'
import type { ByteStream, RereadableBytes, WriteOptions, WriteResult } from './object-store.js'
import { partBytes, partBytesFor, planParts } from './part-plan.js'
import { type PartSlots, partSlots, watchedSlots } from './part-slots.js'
import { findInterrupted, finishUpload } from './resume-upload.js'
import { etagOf, isInterruption, isNamed, statusOf } from './s3-failure.js'
import type { Checksums } from './s3-options.js'
import {
  abortUpload,
  checkObject,
  identityOfParts,
  putObject,
  type UploadTarget,
  wholeCrc32,
} from './s3-requests.js'
import { uploadInParts, type UploadProgress } from './s3-upload.js'
import { rereadParts, type SourcePart, streamParts } from './source-parts.js'

const partsAtOnce = 4
/** The field of an object's metadata that says which write made it. */
const writeField = 'minilake-write'
/** The field of an object's metadata that holds the SHA-256 of its content, in hexadecimal. */
export const sha256Field = 'minilake-sha256'

interface S3WriteOptions extends Omit<WriteOptions, 'isKeyFree'> {
  bucket: string
  key: string
  checksums: Checksums
  resumeAfterSeconds: number
  /** Called where the write fails and its parts could not be removed. */
  onPartsLeft: (cause: unknown) => void
}

/** One attempt at a write, with what all of it shares. */
interface Attempt {
  target: UploadTarget
  slots: PartSlots
  options: S3WriteOptions
}

/**
 * Writes bytes under a key, which becomes visible whole or not at all: by going on with an interrupted upload of theirs, or
 * anew. Where the network or the store fails, or the signal is aborted, the parts of bytes that can be read again stay for the
 * next time; after any other failure they are removed. Rejects with the SDK's error, the stream's, or that the store has other
 * content.
 */
export async function writeToS3(
  client: S3Client,
  bytes: ByteStream,
  options: S3WriteOptions,
): Promise<WriteResult> {
  options.signal?.throwIfAborted()
  const { reread } = options
  const slots = options.slots ?? partSlots(partsAtOnce)
  if (reread && reread.size > partBytes) {
    const resumed = await attempt(client, { ...options, slots }, (tried) => resume(tried, { bytes, reread }))
    if (resumed) return resumed
  }
  return attempt(client, { ...options, slots }, (tried) => writeAnew(tried, bytes))
}

/** Gives all slots back at the end, and ends with the first failure, which the others follow from. */
async function attempt<R>(
  client: S3Client,
  options: S3WriteOptions & { slots: PartSlots },
  work: (attempt: Attempt) => Promise<R>,
): Promise<R> {
  const { bucket, key, overwrite = false, checksums, signal, onBytes } = options
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const slots = watchedSlots(options.slots)
  try {
    const target = { client, bucket, key, overwrite, checksums, stop, onBytes }
    return await work({ target, slots, options })
  } finally {
    slots.abandonAll()
    signal?.removeEventListener('abort', onAbort)
  }
}

async function writeAnew({ target, slots, options }: Attempt, bytes: ByteStream): Promise<WriteResult> {
  const { reread, sha256 } = options
  const taking = { slots, stop: target.stop.signal }
  const parts = reread
    ? rereadParts(reread, { ...taking, plan: planParts(reread.size) })
    : streamParts(bytes, taking)
  const id = randomUUID()
  const progress: UploadProgress = { uploadId: undefined, parts: [] }
  let identity = () => identityOfParts(progress.parts)
  let crc32 = () => wholeCrc32(progress.parts)
  try {
    const metadata = { [writeField]: id, ...(sha256 && { [sha256Field]: await sha256() }) }
    const { value: first } = (await parts.next()) as IteratorYieldResult<SourcePart>
    if (first.lastPart) {
      const { data, slot } = first
      identity = () => ({ size: data.length, etag: createHash('md5').update(data).digest('hex') })
      crc32 = () => (target.checksums === 'crc32' ? crc32Text(data) : undefined)
      const put = await putObject(target, { data, metadata })
      slot.free()
      return { written: true, ...put }
    }
    const partSize = partBytesFor(reread?.size ?? 0)
    await uploadInParts(target, { parts: following(first, parts), metadata, partSize, progress })
    return { written: true, ...identity() }
  } catch (error) {
    const cause = firstFailure(error, target)
    const isTaken = isTakenError(cause, target)
    if (isTaken || isNamed(cause, 'NoSuchUpload')) {
      const found = await look(target)
      // The SDK sends again what the store did and could not say, as when the connection broke.
      if (found?.Metadata?.[writeField] === id) {
        checkObject(found, { ...identity(), crc32: crc32() })
        return { written: true, ...identity() }
      }
    }
    await removeParts({ target, options, progress, cause })
    if (isTaken) return { written: false, ...identity() }
    throw cause
  } finally {
    await parts.return(undefined).catch(() => undefined) // the failure that led here is the one to tell
  }
}

/** Goes on with an interrupted upload, if there is one; nothing where the object is to be written anew. */
async function resume(
  { target, slots, options }: Attempt,
  { bytes, reread }: { bytes: ByteStream; reread: RereadableBytes },
): Promise<WriteResult | undefined> {
  const { resumeAfterSeconds, signal } = options
  const upload = await findInterrupted(target, { reread, slots, resumeAfterSeconds }).catch(
    (error: unknown) => {
      // Where a user may not list, or a store cannot, all is written anew.
      if (isInterruption(error) || statusOf(error) === undefined) throw error
      return undefined
    },
  )
  if (upload === undefined) return undefined
  const partsResumed = upload.present.length
  const progress: UploadProgress = { uploadId: upload.uploadId, parts: [] }
  try {
    await finishUpload(target, { upload, reread, slots, progress })
    return { written: true, ...identityOfParts(progress.parts), partsResumed }
  } catch (error) {
    const cause = firstFailure(error, target)
    const isTaken = isTakenError(cause, target)
    const isGone = isNamed(cause, 'NoSuchUpload')
    // What the store has against an upload that another process began is not ours to know: it is written anew.
    const isRefused = [400, 405, 422, 501].includes(statusOf(cause) ?? 0)
    if (!isGone) await removeParts({ target, options, progress, cause })
    if (!isTaken && !isGone) {
      if (isRefused) return undefined
      throw cause
    }
    const found = await look(target)
    if (found === undefined || (target.overwrite && !isTaken)) return undefined
    const identity = await identityOf(bytes, { signal, size: reread.size })
    const isSame = etagOf(found) === identity.etag
    // Sent more than once: the first answer to the completion was lost.
    const isOwn = isSame && ((cause as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1) > 1
    return isOwn ? { written: true, ...identity, partsResumed } : { written: false, ...identity }
  }
}

/** Removes the parts of an upload that failed, unless the same write may go on with them another time. */
async function removeParts({
  target,
  options: { reread, signal, onPartsLeft },
  progress: { uploadId },
  cause,
}: {
  target: UploadTarget
  options: S3WriteOptions
  progress: UploadProgress
  cause: unknown
}): Promise<void> {
  if (uploadId === undefined) return
  if (reread && (isInterruption(cause) || signal?.aborted)) return
  await abortUpload(target, { key: target.key, uploadId }).catch(onPartsLeft)
}

async function* following(first: SourcePart, others: AsyncIterable<SourcePart>): AsyncGenerator<SourcePart> {
  yield first
  yield* others
}

function firstFailure(error: unknown, { stop }: UploadTarget): unknown {
  return stop.signal.aborted ? stop.signal.reason : error
}

function isTakenError(error: unknown, { overwrite }: UploadTarget): boolean {
  return !overwrite && isNamed(error, 'PreconditionFailed')
}

/** What is under the key; nothing where there is none any more, or the user may not look. */
async function look({ client, bucket, key }: UploadTarget): Promise<HeadObjectCommandOutput | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })
  return client.send(command).catch((error: unknown) => {
    if ([403, 404].includes(statusOf(error) ?? 0)) return undefined
    throw error
  })
}
