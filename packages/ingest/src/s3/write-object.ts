import { createHash, randomUUID } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ByteStream, RereadableBytes } from '../bytes/byte-stream.js'
import { crc32Text } from '../bytes/crc32.js'
import { partBytes, partBytesFor, planParts } from '../bytes/part-plan.js'
import { defaultConcurrency, type PartSlots, partSlots, trackedSlots } from '../bytes/part-slots.js'
import { rereadParts, type SourcePart, streamParts } from '../bytes/source-parts.js'
import type { WriteOptions, WriteResult } from '../object-store.js'
import { type Lost, resultOfLost, writeField } from './resolve-write-outcome.js'
import { findInterrupted, finishUpload } from './resume-upload.js'
import { isInterruption, isNamed, statusOf } from './s3-failure.js'
import type { Checksums } from './s3-options.js'
import { sha256Field } from './stored-object.js'
import { uploadInParts } from './upload-in-parts.js'
import {
  abortUpload,
  identityOfParts,
  noProgress,
  putObject,
  type UploadProgress,
  type UploadTarget,
} from './upload-requests.js'

interface S3WriteOptions extends Omit<WriteOptions, 'isKeyFree'> {
  bucket: string
  key: string
  checksums: Checksums
  looksFirst: boolean
  resumeAfterSeconds: number
  /** The ids of uploads that failed writes have left to be gone on with. */
  leftUploads: Set<string>
  /** Called where the parts of an upload that came to nothing could not be removed. */
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
 * anew, and once more where the upload is gone before it is completed. Where the network or the store fails, or the signal is
 * aborted, the parts of bytes that can be read again stay for the next time; after any other failure they are removed. Rejects
 * with the SDK's error, the stream's, or that the store has other content.
 */
export async function writeToS3(
  client: S3Client,
  bytes: ByteStream,
  options: S3WriteOptions,
): Promise<WriteResult> {
  const { reread } = options
  const shared = { ...options, slots: options.slots ?? partSlots(defaultConcurrency) }
  if (mayGoOn(options) && reread && reread.size > partBytes) {
    const resumed = await attempt(client, shared, (tried) => resume(tried, reread))
    if (!('lost' in resumed)) return resumed
  }
  const first = await attempt(client, shared, (tried) => writeAnew(tried, bytes))
  if (!('lost' in first)) return first
  if (!reread) throw first.lost
  const second = await attempt(client, shared, (tried) => writeAnew(tried, bytes))
  if (!('lost' in second)) return second
  throw second.lost
}

/** Gives all slots back at the end, and ends with the first failure, which the others follow from. */
async function attempt<R>(
  client: S3Client,
  options: S3WriteOptions & { slots: PartSlots },
  work: (attempt: Attempt) => Promise<R>,
): Promise<R> {
  const { bucket, key, overwrite = false, checksums, looksFirst, signal, onBytes } = options
  signal?.throwIfAborted()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const slots = trackedSlots(options.slots)
  try {
    const target = { client, bucket, key, overwrite, checksums, looksFirst, stop, onBytes }
    return await work({ target, slots, options })
  } finally {
    slots.abandonAll()
    signal?.removeEventListener('abort', onAbort)
  }
}

async function writeAnew(tried: Attempt, bytes: ByteStream): Promise<WriteResult | Lost> {
  const { target, slots, options } = tried
  const { reread, sha256, signal } = options
  const taking = { slots, stop: target.stop.signal }
  const parts = reread
    ? rereadParts(reread, { ...taking, plan: planParts(reread.size) })
    : streamParts(bytes, taking)
  const writeId = randomUUID()
  const progress = noProgress()
  try {
    const metadata = { [writeField]: writeId, ...(sha256 && { [sha256Field]: await sha256() }) }
    const { value: first } = (await parts.next()) as IteratorYieldResult<SourcePart>
    if (first.lastPart) {
      const { data, slot } = first
      progress.whole = () => contentAtOnce(target, data)
      const put = await putObject(target, { data, metadata })
      slot.free()
      return { written: true, ...put }
    }
    const partSize = partBytesFor(reread?.size ?? 0)
    const all = following(first, parts)
    await uploadInParts(target, { parts: all, partsAtOnce: slots.count, partSize, metadata, progress })
    return { written: true, ...identityOfParts(progress.parts) }
  } catch (error) {
    const cause = firstFailure(error, target)
    return await endFailed(tried, { progress, cause }, () =>
      resultOfLost(target, { cause, progress, writeId, reread, signal }),
    )
  } finally {
    await parts.return(undefined).catch(() => undefined) // the failure that led here is the one to tell
  }
}

/** Goes on with an interrupted upload, if there is one; else the object is to be written anew. */
async function resume(tried: Attempt, reread: RereadableBytes): Promise<WriteResult | Lost> {
  const { target, slots, options } = tried
  const { resumeAfterSeconds, leftUploads, signal } = options
  const finding = findInterrupted(target, { reread, slots, resumeAfterSeconds, leftUploads })
  const upload = await finding.catch((error: unknown) => {
    // Where a user may not list, or a store cannot, all is written anew.
    if (isInterruption(error) || statusOf(error) === undefined) throw error
    return undefined
  })
  if (upload === undefined) return { lost: undefined }
  const partsResumed = upload.present.length
  const progress = noProgress()
  try {
    await finishUpload(target, { upload, reread, slots, progress })
    return { written: true, ...identityOfParts(progress.parts), partsResumed }
  } catch (error) {
    const cause = firstFailure(error, target)
    return await endFailed(tried, { progress, cause }, async () => {
      // What the store has against an upload that another process began is not ours to know: it is written anew.
      if (!isInterruption(cause) && [400, 405, 422, 501].includes(statusOf(cause) ?? 0))
        return { lost: cause }
      const result = await resultOfLost(target, { cause, progress, reread, signal })
      return 'lost' in result || !result.written ? result : { ...result, partsResumed }
    })
  }
}

/** Finds out what became of a write that failed, and removes its parts unless they have become the object. */
async function endFailed(
  { target, options }: Attempt,
  failed: { progress: UploadProgress; cause: unknown },
  find: () => Promise<WriteResult | Lost>,
): Promise<WriteResult | Lost> {
  let isWritten = false
  try {
    const result = await find()
    isWritten = 'written' in result && result.written
    return result
  } finally {
    if (!isWritten) await removeParts(target, options, failed)
  }
}

/** Removes the parts of an upload that failed, unless the same write may go on with them another time. */
async function removeParts(
  target: UploadTarget,
  options: S3WriteOptions,
  { progress: { uploadId, parts }, cause }: { progress: UploadProgress; cause: unknown },
): Promise<void> {
  if (uploadId === undefined || isNamed(cause, 'NoSuchUpload')) return
  const isInterrupted = isInterruption(cause) || options.signal?.aborted
  if (isInterrupted && mayGoOn(options) && parts.length > 0) {
    options.leftUploads.add(uploadId)
    return
  }
  await abortUpload(target, { key: target.key, uploadId }).catch(options.onPartsLeft)
}

/** Not with a SHA-256 in the metadata: they are of when the upload began, perhaps of other bytes. */
function mayGoOn({ reread, sha256 }: S3WriteOptions): boolean {
  return reread !== undefined && sha256 === undefined
}

function contentAtOnce({ checksums }: UploadTarget, data: Uint8Array) {
  const etag = createHash('md5').update(data).digest('hex')
  return { size: data.length, etag, crc32: checksums === 'crc32' ? crc32Text(data) : undefined }
}

async function* following(first: SourcePart, others: AsyncIterable<SourcePart>): AsyncGenerator<SourcePart> {
  yield first
  yield* others
}

function firstFailure(error: unknown, { stop }: UploadTarget): unknown {
  return stop.signal.aborted ? stop.signal.reason : error
}
