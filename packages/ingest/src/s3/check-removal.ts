import { randomUUID } from 'node:crypto'
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3'

/**
 * Rejects with the SDK's error unless the user may remove objects with a prefix. S3 checks the right before it looks for the object, so
 * the removal of a random key, which no object has, tells without an effect. In a bucket with versions, Amazon S3 (but not MinIO) makes a
 * delete marker even for that. It is removed again if the user may remove versions, and otherwise stays: it is in no listing of objects.
 */
export async function checkRemoval(
  client: S3Client,
  { bucket, prefix, signal }: { bucket: string; prefix: string; signal: AbortSignal | undefined },
): Promise<void> {
  const object = { Bucket: bucket, Key: `${prefix}${randomUUID()}` }
  const options = signal && { abortSignal: signal }
  const { DeleteMarker, VersionId } = await client.send(new DeleteObjectCommand(object), options)
  if (!DeleteMarker || VersionId === undefined) return
  await client.send(new DeleteObjectCommand({ ...object, VersionId })).catch(() => undefined)
}
