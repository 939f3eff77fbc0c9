import { createHash } from 'node:crypto'
import type { RereadableBytes } from '../../bytes/byte-stream.js'
import { crc32Text } from '../../bytes/crc32.js'
import { type PlannedPart, planParts } from '../../bytes/part-plan.js'
import type { PartSlots } from '../../bytes/part-slots.js'
import { rereadParts } from '../../bytes/source-parts.js'
import { type ListedUpload, listUploads } from './list-uploads.js'
import {
  completeUpload,
  sendPart,
  type SentPart,
  type UploadProgress,
  type UploadTarget,
} from './upload-requests.js'

/** An interrupted upload of our bytes: the parts that the store has, and those that are missing. */
export interface InterruptedUpload {
  uploadId: string
  present: SentPart[]
  missing: PlannedPart[]
}

/**
 * Finds the interrupted upload of a key with the most parts of these bytes, if there is one. Every part that the store lists must
 * match our plan and our bytes. An upload with activity in the last `resumeAfterSeconds` may still be running, unless it is one of
 * `interruptedUploads`, which this store object left itself; the upload that is found is removed from that set.
 */
export async function findInterruptedUpload(
  target: UploadTarget,
  {
    reread,
    slots,
    resumeAfterSeconds,
    interruptedUploads,
  }: {
    reread: RereadableBytes
    slots: PartSlots
    resumeAfterSeconds: number
    interruptedUploads: Set<string>
  },
): Promise<InterruptedUpload | undefined> {
  const isWanted = (key: string) => key === target.key
  const uploads: ListedUpload[] = []
  const { signal } = target.stop
  for await (const upload of listUploads(target, { prefix: target.key, isWanted, signal })) {
    const age = upload.listedAt.getTime() - upload.lastActivity.getTime()
    if (age >= resumeAfterSeconds * 1000 || interruptedUploads.has(upload.uploadId)) uploads.push(upload)
  }
  uploads.sort((a, b) => b.parts.length - a.parts.length)
  const plan = planParts(reread.size)
  for (const upload of uploads) {
    if (upload.parts.length === 0 || !hasOurChecksums(upload, target)) continue
    const present = await matchingParts(upload, { plan, reread, slots, target })
    if (present === undefined) continue
    const numbers = new Set(present.map(({ number }) => number))
    const missing = plan.filter(({ number }) => !numbers.has(number))
    interruptedUploads.delete(upload.uploadId)
    return { uploadId: upload.uploadId, present, missing }
  }
  return undefined
}

/** Sends the missing parts of an interrupted upload and completes it. */
export async function finishUpload(
  target: UploadTarget,
  {
    upload,
    reread,
    slots,
    progress,
  }: { upload: InterruptedUpload; reread: RereadableBytes; slots: PartSlots; progress: UploadProgress },
): Promise<void> {
  const { uploadId, present, missing } = upload
  progress.uploadId = uploadId
  progress.parts.push(...present)
  const parts = rereadParts(reread, { plan: missing, slots, stop: target.stop.signal })
  const stop = (error: unknown): never => {
    target.stop.abort(error)
    throw error
  }
  const send = async () => {
    for await (const { partNumber: number, data, slot } of parts) {
      // Stop before leaving the loop: that waits for the other senders, and they may be waiting for the slot of this part.
      progress.parts.push(await sendPart(target, { uploadId, number, data }).catch(stop))
      slot.free()
    }
  }
  const sending = await Promise.allSettled(Array.from({ length: slots.count }, () => send().catch(stop)))
  if (sending.some(({ status }) => status === 'rejected')) throw target.stop.signal.reason
  await completeUpload(target, progress)
}

/** Whether the parts carry the checksums that ours will. Parts with others cannot be completed together. Unknown ones pass. */
function hasOurChecksums(
  { checksumAlgorithm, checksumType = 'FULL_OBJECT' }: ListedUpload,
  { checksums }: UploadTarget,
): boolean {
  if (checksums !== 'crc32') return checksumAlgorithm === undefined
  return (checksumAlgorithm ?? 'CRC32') === 'CRC32' && checksumType === 'FULL_OBJECT'
}

/** The parts of an upload as we would have sent them, or undefined if any of them differs. */
async function matchingParts(
  { parts }: ListedUpload,
  {
    plan,
    reread,
    slots,
    target,
  }: { plan: readonly PlannedPart[]; reread: RereadableBytes; slots: PartSlots; target: UploadTarget },
): Promise<SentPart[] | undefined> {
  const planned = parts.flatMap(({ number, size, etag }) => {
    const part = plan[number - 1]
    return part && part.end - part.start === size ? [{ number, size, etag, start: part.start }] : []
  })
  if (planned.length < parts.length) return undefined
  const present: SentPart[] = []
  for (const { number, size, etag, start } of planned) {
    const slot = await slots.take(target.stop.signal)
    try {
      const data = slot.buffer(size)
      await reread.readInto(data, start)
      const md5 = createHash('md5').update(data).digest('hex')
      if (md5 !== etag) return undefined
      present.push({
        number,
        size,
        etag,
        md5,
        ...(target.checksums === 'crc32' && { crc32: crc32Text(data) }),
      })
    } finally {
      slot.free()
    }
  }
  return present
}
