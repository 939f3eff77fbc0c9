import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { PartSlot } from '../bytes/part-slots.js'
import type { SourcePart } from '../bytes/source-parts.js'
import {
  completeUpload,
  sendPart,
  uploadParameters,
  type UploadProgress,
  type UploadTarget,
} from './upload-requests.js'

/**
 * Uploads an object in parts by lib-storage, which begins the upload, sends parts side by side and completes it. What is known
 * of it is in `progress`, also when this rejects; then the parts are still there.
 */
export async function uploadInParts(
  target: UploadTarget,
  {
    parts,
    partsAtOnce,
    partSize,
    metadata,
    progress,
  }: {
    parts: AsyncIterable<SourcePart>
    partsAtOnce: number
    /** Bytes. */
    partSize: number
    metadata: Record<string, string>
    progress: UploadProgress
  },
): Promise<void> {
  const slots = new Map<unknown, PartSlot>()
  const onSent = (data: unknown) => {
    slots.get(data)?.free()
    slots.delete(data)
  }
  const upload = new Upload({
    client: uploadClient(target, { progress, onSent }),
    partSize,
    queueSize: partsAtOnce,
    leavePartsOnError: true,
    params: { ...uploadParameters(target), Body: Readable.from(unread()), Metadata: metadata },
  })
  feed(upload, inSlots(parts, slots))
  await upload.done()
}

/** The parts, and which slot each lies in. */
async function* inSlots(
  parts: AsyncIterable<SourcePart>,
  slots: Map<unknown, PartSlot>,
): AsyncGenerator<SourcePart> {
  for await (const part of parts) {
    slots.set(part.data, part.slot)
    yield part
  }
}

/**
 * Hands parts to lib-storage as they are. It cuts a stream by joining its chunks into new memory for each part, which piles up
 * to 300–400 MiB until it is collected, and costs twice the processor time; parts in slots need 140–160 MiB. What takes the
 * parts is no public member: the library's version is pinned, and another that lacks it fails by `unread`.
 */
function feed(upload: Upload, parts: AsyncIterable<SourcePart>): void {
  const taker = upload as unknown as { __doConcurrentUpload: TakeParts }
  const take = taker.__doConcurrentUpload.bind(upload)
  taker.__doConcurrentUpload = () => take(parts)
}

type TakeParts = (parts: AsyncIterable<SourcePart>) => Promise<void>

// eslint-disable-next-line @typescript-eslint/require-await -- stands for a stream that is not read
async function* unread(): AsyncGenerator<Uint8Array> {
  throw new Error('this version of @aws-sdk/lib-storage does not take parts: install the pinned one')
}

/** A client for one upload, whose parts and completion go the way that those of a resumed upload go. */
function uploadClient(
  target: UploadTarget,
  { progress, onSent }: { progress: UploadProgress; onSent: (data: unknown) => void },
): S3Client {
  const { client, stop } = target
  const send = async (command: Parameters<S3Client['send']>[0]) => {
    if (command instanceof AbortMultipartUploadCommand) throw new Error('the parts were to be left')
    stop.signal.throwIfAborted()
    if (command instanceof CreateMultipartUploadCommand) {
      // Not to be ended half-way, or an upload that nobody knows would stay behind.
      const answer: CreateMultipartUploadCommandOutput = await client.send(command)
      progress.uploadId = answer.UploadId
      return answer
    }
    const { uploadId = '' } = progress
    if (command instanceof UploadPartCommand) {
      const { PartNumber: number = 0, Body: data } = command.input
      const part = await sendPart(target, { uploadId, number, data: data as Uint8Array })
      progress.parts.push(part)
      onSent(data)
      return { ETag: part.etag, $metadata: {} }
    }
    if (command instanceof CompleteMultipartUploadCommand) return completeUpload(target, progress)
    return client.send(command)
  }
  const sendOrStop = (command: Parameters<S3Client['send']>[0]) =>
    send(command).catch((error: unknown) => {
      // At once: `Upload` itself would first wait for the next part.
      stop.abort(error)
      throw error
    })
  return Object.create(client, { send: { value: sendOrStop } }) as S3Client
}
