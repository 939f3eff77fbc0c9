import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { statusOf } from './s3-failure.js'
import type { UploadTarget } from './s3-requests.js'

/** What is under the key of an upload; nothing where there is none any more, or the user may not look. */
export async function lookAtObject(
  { client, bucket, key }: Pick<UploadTarget, 'client' | 'bucket' | 'key'>,
  signal: AbortSignal | undefined,
): Promise<HeadObjectCommandOutput | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })
  return client.send(command, signal && { abortSignal: signal }).catch((error: unknown) => {
    if ([403, 404].includes(statusOf(error) ?? 0)) return undefined
    throw error
  })
}

/** Refuses a taken key as S3 does, for a store that would ignore `If-None-Match`. */
export async function refuseTakenKey(target: UploadTarget): Promise<void> {
  if (target.overwrite || !target.looksFirst) return
  if (await lookAtObject(target, target.stop.signal)) {
    throw Object.assign(new Error('the key is taken'), { name: 'PreconditionFailed' })
  }
}
