import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { type Identity, isMd5 } from '../../bytes/etag.js'
import type { StoredObject } from '../../object-store.js'
import { notS3 } from '../errors/sdk-error.js'

/** The metadata field that names the write which created an object (`x-amz-meta-minilake-write`). */
export const writeIdField = 'minilake-write'
/** The metadata field with the SHA-256 of an object's content, in hexadecimal. */
export const sha256Field = 'minilake-sha256'

/** What a response of S3 may say about an object or a part. */
export interface ObjectResponse {
  ETag?: string | undefined
  ChecksumCRC32?: string | undefined
  ContentLength?: number | undefined
  ServerSideEncryption?: string | undefined
  SSECustomerAlgorithm?: string | undefined
}

/** The ETag of a response, without quotes. Throws a NotS3 error without one: every S3 store sends it. */
export function etagOf({ ETag }: ObjectResponse): string {
  if (ETag === undefined) throw notS3('the response has no ETag')
  return ETag.replaceAll('"', '')
}

/** Whether the ETag only looks like an MD5: with KMS or customer-provided keys it says nothing about the content. */
export function isEtagOpaque({ ServerSideEncryption, SSECustomerAlgorithm }: ObjectResponse): boolean {
  return SSECustomerAlgorithm !== undefined || ServerSideEncryption?.startsWith('aws:kms') === true
}

/** The identity of what was sent, and its CRC32 in base64 if known. */
export interface SentContent extends Identity {
  crc32: string | undefined
}

/** Throws an Error unless a response reports the content that was sent. */
export function checkObject(response: ObjectResponse, { size, etag, crc32 }: SentContent): void {
  const reported = etagOf(response)
  if (isMd5(reported.replace(/-\d+$/, '')) && !isEtagOpaque(response) && reported !== etag) {
    throw differentContent(`ETag ${reported} instead of ${etag}`)
  }
  // A checksum of checksums, `…-3`, comes from a store that does not know the checksum of the whole object.
  const { ChecksumCRC32: whole, ContentLength: length = size } = response
  if (crc32 !== undefined && whole !== undefined && !whole.includes('-') && whole !== crc32) {
    throw differentContent(`CRC32 ${whole} instead of ${crc32}`)
  }
  if (length !== size) throw differentContent(`${length} bytes instead of ${size}`)
}

function differentContent(difference: string): Error {
  return new Error(
    `the store reports different content than was sent (${difference}): remove the object and write it again`,
  )
}

/** An object as a listing describes it. Throws a NotS3 error if a size or an ETag is missing. */
export function listedObject(
  key: string,
  {
    Size: size,
    ETag,
    LastModified: modified,
  }: { Size?: number | undefined; ETag?: string | undefined; LastModified?: Date | undefined },
): StoredObject {
  const etag = etagOf({ ETag })
  if (size === undefined) throw notS3('the response has no size')
  return { key, size, etag: () => Promise.resolve(etag), ...(modified && { modified }) }
}

/** An object as the response to HEAD describes it, which says more than a listing. */
export function foundObject(key: string, response: HeadObjectCommandOutput): StoredObject {
  const sha256 = response.Metadata?.[sha256Field]
  const checksum = wholeChecksum(response)
  return {
    ...listedObject(key, {
      ETag: response.ETag,
      Size: response.ContentLength,
      LastModified: response.LastModified,
    }),
    ...(sha256 !== undefined && { sha256 }),
    ...(isEtagOpaque(response) && { isEtagOpaque: true }),
    ...(checksum && { checksum }),
  }
}

/** The checksum of the whole object, if the response has one. One of its parts' checksums, `…-3`, cannot be computed from the bytes alone. */
function wholeChecksum({ ChecksumCRC64NVME, ChecksumCRC32, ChecksumType }: HeadObjectCommandOutput) {
  if (ChecksumType === 'COMPOSITE') return undefined
  if (ChecksumCRC64NVME !== undefined) return { algorithm: 'CRC64NVME', value: ChecksumCRC64NVME } as const
  if (ChecksumCRC32 === undefined || ChecksumCRC32.includes('-')) return undefined
  return { algorithm: 'CRC32', value: ChecksumCRC32 } as const
}
