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
import type { PartSlot } from '../../bytes/part-slots.js'
import type { SourcePart } from '../../bytes/source-parts.js'
import {
  completeUpload,
  sendPart,
  uploadParameters,
  type UploadProgress,
  type UploadTarget,
} from './upload-requests.js'

/**
 * Uploads an object in parts with lib-storage, which starts the upload, sends parts concurrently and completes it. `progress` always
 * holds what is known about the upload. If this rejects, the parts stay in the store.
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
    /** Bytes of every part but the last. */
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
    params: { ...uploadParameters(target), Body: Readable.from(notRead()), Metadata: metadata },
  })
  feed(upload, inSlots(parts, slots))
  await upload.done()
}

/** Yields the parts and remembers the slot of each. */
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
 * Hands the parts to lib-storage as they are. Its own way of cutting a stream joins chunks into new memory for each part: that piles
 * up to 300–400 MiB until it is collected and costs twice the CPU time, whereas parts in slots need 140–160 MiB. The member that
 * consumes the parts is private, so the version of the library is pinned; another version without it fails in `notRead`.
 */
function feed(upload: Upload, parts: AsyncIterable<SourcePart>): void {
  const consumer = upload as unknown as { __doConcurrentUpload: SendParts }
  const send = consumer.__doConcurrentUpload.bind(upload)
  consumer.__doConcurrentUpload = () => send(parts)
}

type SendParts = (parts: AsyncIterable<SourcePart>) => Promise<void>

// eslint-disable-next-line @typescript-eslint/require-await -- a placeholder for a stream that is never read
async function* notRead(): AsyncGenerator<Uint8Array> {
  throw new Error('this version of @aws-sdk/lib-storage does not accept parts: install the pinned version')
}

/** A client for one upload. It sends parts and the completion exactly as a resumed upload does. */
function uploadClient(
  target: UploadTarget,
  { progress, onSent }: { progress: UploadProgress; onSent: (data: unknown) => void },
): S3Client {
  const { client, stop } = target
  const send = async (command: Parameters<S3Client['send']>[0]) => {
    if (command instanceof AbortMultipartUploadCommand)
      throw new Error('expected lib-storage to leave the parts')
    stop.signal.throwIfAborted()
    if (command instanceof CreateMultipartUploadCommand) {
      // Do not abort this request: the upload might start without anyone knowing its id.
      const response: CreateMultipartUploadCommandOutput = await client.send(command)
      progress.uploadId = response.UploadId
      return response
    }
    const { uploadId = '' } = progress
    if (command instanceof UploadPartCommand) {
      const { PartNumber: number = 0, Body: data } = command.input
      if (!(data instanceof Uint8Array)) throw new Error('expected lib-storage to send parts as they are')
      const part = await sendPart(target, { uploadId, number, data })
      progress.parts.push(part)
      onSent(data)
      return { ETag: part.etag, $metadata: {} }
    }
    if (command instanceof CompleteMultipartUploadCommand) return completeUpload(target, progress)
    return client.send(command)
  }
  const sendOrStop = (command: Parameters<S3Client['send']>[0]) =>
    send(command).catch((error: unknown) => {
      // Stop at once: `Upload` itself would first wait for the next part.
      stop.abort(error)
      throw error
    })
  return Object.create(client, { send: { value: sendOrStop } }) as S3Client
}
