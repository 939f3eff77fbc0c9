import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { RereadableBytes } from '../bytes/byte-stream.js'
import { identityOf } from '../bytes/etag.js'
import { rereadChunks } from '../bytes/source-parts.js'
import type { WriteResult } from '../object-store.js'
import { lookAtObject } from './head-object.js'
import { checkObject, type SentContent } from './object-answer.js'
import { etagOf, isNamed } from './s3-failure.js'
import type { UploadProgress, UploadTarget } from './upload-requests.js'

/** The field of an object's metadata that says which write made it. */
export const writeField = 'minilake-write'

/** That an object is to be written anew, because its upload is gone. */
export interface Lost {
  lost: unknown
}

/**
 * What became of a write whose key the store says is taken, or whose upload it says is gone: the SDK sends again what the store
 * did and could not say, as when the connection broke, and another writer may have gone on with our upload.
 *
 * | under the key                                  | overwrite | result        |
 * | ---------------------------------------------- | --------- | ------------- |
 * | what this write sent, answered by none         | any       | written       |
 * | the same content, of another writer            | any       | not written   |
 * | other content                                  | no        | not written   |
 * | other content                                  | yes       | write it anew |
 * | nothing                                        | any       | write it anew |
 *
 * Rejects with any other failure, with the cause where nobody may look, and where the store has other content than this write
 * put at once.
 */
export async function resultOfLost(
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
    /** The id that the object has where this write began it; absent where that cannot be known. */
    writeId?: string | undefined
    reread: RereadableBytes | undefined
    signal: AbortSignal | undefined
  },
): Promise<WriteResult | Lost> {
  if (!isTakenError(cause, target) && !isNamed(cause, 'NoSuchUpload')) throw cause
  const found = await lookAtObject(target, signal).catch(() => {
    throw cause
  })
  if (found === undefined) return { lost: cause }
  const content = progress.whole?.() ?? (reread && (await contentOf(reread, signal)))
  if (content === undefined) return { lost: cause }
  const { size, etag } = content
  if (isOwn(found, { content, progress, writeId })) return { written: true, size, etag }
  if (target.overwrite && etagOf(found) !== etag) return { lost: cause }
  return { written: false, size, etag }
}

function isTakenError(error: unknown, { overwrite }: Pick<UploadTarget, 'overwrite'>): boolean {
  return !overwrite && isNamed(error, 'PreconditionFailed')
}

async function contentOf(reread: RereadableBytes, signal: AbortSignal | undefined): Promise<SentContent> {
  const identity = await identityOf(rereadChunks(reread), { signal, size: reread.size })
  return { ...identity, crc32: undefined }
}

function isOwn(
  found: HeadObjectCommandOutput,
  {
    content,
    progress,
    writeId,
  }: { content: SentContent; progress: UploadProgress; writeId: string | undefined },
): boolean {
  if (writeId !== undefined && found.Metadata?.[writeField] !== writeId) return false
  if (progress.uploadId === undefined) {
    checkObject(found, content)
    return true
  }
  // Others, too, may complete an upload, with parts of theirs.
  if (!progress.mayBeComplete) return false
  try {
    checkObject(found, content)
    return true
  } catch {
    return false
  }
}
