import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { StoredObject } from '../../object-store.js'
import { discardBody } from '../client/accept-only-s3.js'
import { foundObject } from '../client/object-response.js'
import { isNamed, statusOf } from '../errors/sdk-error.js'

/** The key of an object in a bucket. */
export interface ObjectPlace {
  client: S3Client
  bucket: string
  key: string
}

/**
 * The response to HEAD, or undefined if there is no object (404). `withChecksum` (default false) also asks for the stored checksum.
 * Rejects with the SDK's error otherwise.
 */
export async function headObject(
  { client, bucket, key }: ObjectPlace,
  { signal, withChecksum = false }: { signal?: AbortSignal | undefined; withChecksum?: boolean } = {},
): Promise<HeadObjectCommandOutput | undefined> {
  const command = new HeadObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(withChecksum && { ChecksumMode: 'ENABLED' }),
  })
  return client.send(command, signal && { abortSignal: signal }).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
}

/** Whether an object has the key. A key that the user may not HEAD counts as free: the upload will say what is wrong. */
export async function isKeyTaken(place: ObjectPlace, signal: AbortSignal | undefined): Promise<boolean> {
  const response = await headObject(place, { signal }).catch(ignoreResponse)
  if (response === undefined) return false
  foundObject(place.key, response) // throws if the response is not from an S3 store
  return true
}

/** The object with this key, if it exists. Rejects with the SDK's error if the store does not say. */
export async function findObject(place: ObjectPlace): Promise<StoredObject | undefined> {
  const { client, bucket, key } = place
  let status: number | undefined
  const response = await headObject(place, { withChecksum: true }).catch((error: unknown) => {
    status = statusOf(error)
    return ignoreResponse(error)
  })
  if (response) return foundObject(key, response)
  const plain = status === 403 ? await headObject(place).catch(ignoreResponse) : undefined
  if (plain) return { ...foundObject(key, plain), checksumDenied }
  // A response to HEAD has no body: only a GET can tell a missing object from a missing bucket, or a wrong key from a missing right.
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' }))
    discardBody(Body)
  } catch (error) {
    if (isNamed(error, 'NoSuchKey')) return undefined
    if (statusOf(error) !== 416) throw error // 416: it exists and is empty
  }
  const second = await headObject(place)
  return second && foundObject(key, second)
}

// The checksum of an object with KMS keys is kept under its key. Without the checksum, S3 answers the same user.
const checksumDenied = "access to it is denied, so give the user the right kms:Decrypt on the bucket's key"

function ignoreResponse(error: unknown): undefined {
  if (statusOf(error) === undefined) throw error
}
