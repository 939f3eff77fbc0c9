import { createHash, randomUUID } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ByteStream, RereadableBytes } from '../../bytes/byte-stream.js'
import { addCrc32, crc32Text, crc32ValueText } from '../../bytes/crc32.js'
import { identityOf } from '../../bytes/etag.js'
import { partBytes, partBytesFor, planParts } from '../../bytes/part-plan.js'
import { withOwnSignal } from '../../bytes/on-abort.js'
import { defaultConcurrency, type PartSlots, partSlots, trackedSlots } from '../../bytes/part-slots.js'
import { rereadParts, type SourcePart, streamParts } from '../../bytes/source-parts.js'
import type { WriteOptions, WriteResult } from '../../object-store.js'
import type { PutRequest } from '../client/direct-put.js'
import { isKeyTaken } from '../read/head-object.js'
import type { SentContent } from '../client/object-response.js'
import { resolveWriteOutcome, type WriteOutcome } from './resolve-write-outcome.js'
import { findInterruptedUpload, finishUpload } from './resume-upload.js'
import { isInterruption, isUploadRefused, uploadAttempts } from '../client/retry-policy.js'
import type { Checksums } from '../client/s3-options.js'
import { isNamed, statusOf } from '../errors/sdk-error.js'
import { uploadInParts } from './upload-in-parts.js'
import {
  abortUpload,
  identityOfParts,
  noProgress,
  objectMetadata,
  putObject,
  type UploadProgress,
  type UploadTarget,
} from './upload-requests.js'

/** How to write an object to a bucket. */
interface S3WriteOptions extends WriteOptions {
  put: PutRequest
  bucket: string
  key: string
  checksums: Checksums
  checkThenWrite: boolean
  resumeAfterSeconds: number
  /** Ids of the uploads that earlier writes of this store object left to be resumed. */
  interruptedUploads: Set<string>
  /** Called if the parts of an unsuccessful upload cannot be removed. */
  onPartsLeft: (cause: unknown) => void
}

/**
 * Writes an object, which becomes visible whole or not at all. Resumes an interrupted upload of the same bytes or starts a new one;
 * retries once if it disappears before it is completed. If the network or the store fails, or the signal is aborted, the parts of
 * rereadable bytes stay for the next write; after any other failure they are removed. Rejects with the error of the SDK or of the
 * stream, or because the store reports different content.
 */
export async function writeObject(
  client: S3Client,
  bytes: ByteStream,
  options: S3WriteOptions,
): Promise<WriteResult> {
  const { bucket, key, overwrite = false, isKeyFree = false, checkThenWrite, signal, reread } = options
  signal?.throwIfAborted()
  const mustCheck = !overwrite && (checkThenWrite || !isKeyFree)
  const isTaken = () => withOwnSignal(signal, (own) => isKeyTaken({ client, bucket, key }, own.signal))
  if (mustCheck && (await isTaken())) {
    return { written: false, ...(await contentOfStream(bytes, { signal, size: reread?.size })) }
  }
  const sharing = { ...options, slots: options.slots ?? partSlots(defaultConcurrency) }
  if (reread && reread.size > partBytes && isResumable(options)) {
    const resumed = await runAttempt(client, sharing, (attempt) => resume(attempt, reread))
    if (resumed.result) return resumed.result
  }
  let cause: unknown
  for (let left = uploadAttempts({ canReread: reread !== undefined }); left > 0; left -= 1) {
    const uploaded = await runAttempt(client, sharing, (attempt) => uploadFromStart(attempt, bytes))
    if (uploaded.result) return uploaded.result
    cause = uploaded.cause
  }
  throw cause
}

/** What the steps of one attempt at a write share. */
interface Attempt {
  target: UploadTarget
  slots: PartSlots
  options: S3WriteOptions
}

/** Runs one attempt. Returns all slots when it ends. */
async function runAttempt(
  client: S3Client,
  options: S3WriteOptions & { slots: PartSlots },
  work: (attempt: Attempt) => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  const { put, bucket, key, overwrite = false, checksums, checkThenWrite, signal, onBytes } = options
  return withOwnSignal(signal, async (stop) => {
    const slots = trackedSlots(options.slots)
    try {
      const target = { client, put, bucket, key, overwrite, checksums, checkThenWrite, stop, onBytes }
      return await work({ target, slots, options })
    } finally {
      slots.abandonAll()
    }
  })
}

/** Uploads an object from the start: in one request if it fits into one part, else in parts. */
async function uploadFromStart(attempt: Attempt, bytes: ByteStream): Promise<WriteOutcome> {
  const { target, slots, options } = attempt
  const { reread, sha256, signal } = options
  const source = { slots, stop: target.stop.signal }
  const parts = reread
    ? rereadParts(reread, { ...source, plan: planParts(reread.size) })
    : streamParts(bytes, source)
  const writeId = randomUUID()
  const progress = noProgress()
  try {
    const metadata = objectMetadata(writeId, await sha256?.())
    const { value: first } = await parts.next()
    if (first === undefined) throw new Error('expected at least one part, got none')
    if (first.lastPart) {
      const { data, slot } = first
      progress.whole = () => contentOf(data, target)
      const identity = await putObject(target, { data, metadata })
      slot.free()
      return { result: { written: true, ...identity } }
    }
    const partSize = partBytesFor(reread?.size ?? 0)
    const all = startingWith(first, parts)
    await uploadInParts(target, { parts: all, partsAtOnce: slots.count, partSize, metadata, progress })
    return { result: { written: true, ...identityOfParts(progress.parts) } }
  } catch (error) {
    const cause = firstFailure(error, target)
    return await settleFailure(attempt, { progress, cause }, () =>
      resolveWriteOutcome(target, { cause, progress, writeId, reread, signal }),
    )
  } finally {
    await parts.return(undefined).catch(() => undefined) // report the failure that led here, not this one
  }
}

/** Resumes an interrupted upload of the same bytes; without one the object has to be uploaded from the start. */
async function resume(attempt: Attempt, reread: RereadableBytes): Promise<WriteOutcome> {
  const { target, slots, options } = attempt
  const { resumeAfterSeconds, interruptedUploads, signal } = options
  const finding = findInterruptedUpload(target, { reread, slots, resumeAfterSeconds, interruptedUploads })
  const upload = await finding.catch((error: unknown) => {
    if (isInterruption(error) || statusOf(error) === undefined) throw error
    return undefined // the user may not list uploads, or the store cannot
  })
  if (upload === undefined) return { cause: undefined }
  const partsResumed = upload.present.length
  const progress = noProgress()
  try {
    await finishUpload(target, { upload, reread, slots, progress })
    return { result: { written: true, ...identityOfParts(progress.parts), partsResumed } }
  } catch (error) {
    const cause = firstFailure(error, target)
    return await settleFailure(attempt, { progress, cause }, async () => {
      if (isUploadRefused(cause)) return { cause }
      const outcome = await resolveWriteOutcome(target, { cause, progress, reread, signal })
      return outcome.result?.written ? { result: { ...outcome.result, partsResumed } } : outcome
    })
  }
}

/** Resolves the outcome of a failed attempt, then removes its parts unless they have become the object. */
async function settleFailure(
  { target, options }: Attempt,
  failed: { progress: UploadProgress; cause: unknown },
  resolveOutcome: () => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  let isWritten = false
  try {
    const outcome = await resolveOutcome()
    isWritten = outcome.result?.written === true
    return outcome
  } finally {
    if (!isWritten) await removeParts(target, options, failed)
  }
}

/** Removes the parts of a failed upload, unless a later write can resume it. */
async function removeParts(
  target: UploadTarget,
  options: S3WriteOptions,
  { progress: { uploadId, parts }, cause }: { progress: UploadProgress; cause: unknown },
): Promise<void> {
  if (uploadId === undefined || isNamed(cause, 'NoSuchUpload')) return
  const isInterrupted = isInterruption(cause) || options.signal?.aborted
  if (isInterrupted && isResumable(options) && parts.length > 0) {
    options.interruptedUploads.add(uploadId)
    return
  }
  await abortUpload(target, { key: target.key, uploadId }).catch(options.onPartsLeft)
}

/** Whether an upload can be resumed. One with a SHA-256 cannot: its metadata date from its start, perhaps from other bytes. */
function isResumable({ reread, sha256 }: S3WriteOptions): boolean {
  return reread !== undefined && sha256 === undefined
}

function contentOf(data: Uint8Array, { checksums }: UploadTarget): SentContent {
  const etag = createHash('md5').update(data).digest('hex')
  return { size: data.length, etag, crc32: checksums === 'crc32' ? crc32Text(data) : undefined }
}

/** The identity and the CRC32 of a stream, which another object may have to be compared with. */
async function contentOfStream(
  bytes: ByteStream,
  options: { signal?: AbortSignal | undefined; size: number | undefined },
) {
  let crc = 0
  async function* counted() {
    for await (const chunk of bytes) {
      crc = addCrc32(chunk, crc)
      yield chunk
    }
  }
  const identity = await identityOf(counted(), options)
  return { ...identity, crc32: crc32ValueText(crc) }
}

async function* startingWith(first: SourcePart, rest: AsyncIterable<SourcePart>): AsyncGenerator<SourcePart> {
  yield first
  yield* rest
}

/** The failure that the others follow from. */
function firstFailure(error: unknown, { stop }: UploadTarget): unknown {
  return stop.signal.aborted ? stop.signal.reason : error
}
