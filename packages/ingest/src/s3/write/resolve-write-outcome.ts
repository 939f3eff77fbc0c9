import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { RereadableBytes } from '../../bytes/byte-stream.js'
import { identityOf } from '../../bytes/etag.js'
import { withOwnSignal } from '../../bytes/on-abort.js'
import { rereadChunks } from '../../bytes/source-parts.js'
import type { WriteResult } from '../../object-store.js'
import { headObject } from '../read/head-object.js'
import { checkObject, etagOf, type SentContent, writeIdField } from '../client/object-response.js'
import { isNamed } from '../errors/sdk-error.js'
import type { UploadProgress, UploadTarget } from './upload-requests.js'

/** How an upload ended: with a result, or with a cause to upload the object again from the start. */
export type WriteOutcome = { result: WriteResult } | { result?: undefined; cause: unknown }

/**
 * Finds out how a write ended if the store says that its key is taken (412) or that its upload does not exist (404). The SDK
 * retries requests that succeeded but whose response was lost, and another writer may have completed our upload.
 *
 * | object at the key                           | overwrite | outcome                |
 * | ------------------------------------------- | --------- | ---------------------- |
 * | what this write sent; the response was lost | any       | written                |
 * | the same content, from another writer       | any       | not written            |
 * | different content                           | no        | not written            |
 * | different content                           | yes       | upload it again        |
 * | none                                        | any       | upload it again        |
 *
 * Rejects with `cause` if that is any other failure or if the key cannot be checked, and with an Error if the store reports
 * different content for an object that this write uploaded in one request.
 */
export async function resolveWriteOutcome(
  target: UploadTarget,
  {
    cause,
    progress,
    writeId,
    reread,
    signal,
  }: {
    cause: unknown
    progress: UploadProgress
    /** The id in the metadata of an object that this write started; absent for an upload that another process started. */
    writeId?: string | undefined
    reread: RereadableBytes | undefined
    signal: AbortSignal | undefined
  },
): Promise<WriteOutcome> {
  const isTaken = !target.overwrite && isNamed(cause, 'PreconditionFailed')
  if (!isTaken && !isNamed(cause, 'NoSuchUpload')) throw cause
  const found = await withOwnSignal(signal, (own) =>
    headObject(target, { signal: own.signal, withChecksum: true }),
  ).catch(() => {
    throw cause
  })
  if (found === undefined) return { cause }
  const content = progress.whole?.() ?? (reread && (await contentOf(reread, signal)))
  if (content === undefined) return { cause }
  const { size, etag, crc32 } = content
  if (isOwn(found, { content, progress, writeId })) return { result: { written: true, size, etag } }
  if (target.overwrite && etagOf(found) !== etag) return { cause }
  return { result: { written: false, size, etag, ...(crc32 !== undefined && { crc32 }) } }
}

async function contentOf(reread: RereadableBytes, signal: AbortSignal | undefined): Promise<SentContent> {
  const identity = await identityOf(rereadChunks(reread), { signal, size: reread.size })
  return { ...identity, crc32: undefined }
}

/** Whether this write created the object that was found. */
function isOwn(
  found: HeadObjectCommandOutput,
  {
    content,
    progress,
    writeId,
  }: { content: SentContent; progress: UploadProgress; writeId: string | undefined },
): boolean {
  if (writeId !== undefined && found.Metadata?.[writeIdField] !== writeId) return false
  if (progress.uploadId === undefined) {
    checkObject(found, content)
    return true
  }
  // The write id is that of the upload, which another writer can complete with its own parts.
  if (!progress.mayBeComplete) return false
  try {
    checkObject(found, content)
    return true
  } catch {
    return false
  }
}
