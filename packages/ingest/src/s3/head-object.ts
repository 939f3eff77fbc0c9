import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { statusOf } from './s3-failure.js'
import type { UploadTarget } from './upload-requests.js'

/** What is under the key of an upload; nothing where there is none any more. Rejects with what S3 answers else. */
export async function lookAtObject(
  { client, bucket, key }: Pick<UploadTarget, 'client' | 'bucket' | 'key'>,
  signal: AbortSignal | undefined,
): Promise<HeadObjectCommandOutput | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })
  return client.send(command, signal && { abortSignal: signal }).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
}

/** Refuses a taken key as S3 does, for a store that would ignore `If-None-Match`, and one that nobody may look at. */
export async function refuseTakenKey(target: UploadTarget): Promise<void> {
  if (target.overwrite || !target.looksFirst) return
  const found = await lookAtObject(target, target.stop.signal).catch((error: unknown) => {
    if (statusOf(error) !== 403) throw error
    throw Object.assign(new Error('looking is denied', { cause: error }), { name: 'LookDenied' })
  })
  if (found) {
    throw Object.assign(new Error('the key is taken'), { name: 'PreconditionFailed' })
  }
}
