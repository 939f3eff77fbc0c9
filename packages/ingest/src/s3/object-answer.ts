import { type Identity, isMd5 } from '../bytes/etag.js'
import { etagOf } from './s3-failure.js'

/** An object's identity, and its CRC32 where that is known. */
export interface SentContent extends Identity {
  crc32: string | undefined
}

/** What the store says of an object must be what was sent. */
export function checkObject(answer: ObjectAnswer, { size, etag, crc32 }: SentContent): void {
  const reported = etagOf(answer)
  if (isMd5(reported.replace(/-\d+$/, '')) && !isEtagOpaque(answer) && reported !== etag) {
    throw otherContent(`ETag ${reported} instead of ${etag}`)
  }
  // A checksum of checksums, `…-3`, is that of a store that knows none of the whole.
  const { ChecksumCRC32: whole, ContentLength: length = size } = answer
  if (crc32 !== undefined && whole !== undefined && !whole.includes('-') && whole !== crc32) {
    throw otherContent(`CRC32 ${whole} instead of ${crc32}`)
  }
  if (length !== size) throw otherContent(`${length} bytes instead of ${size}`)
}

/** What an answer about an object may say of its content. */
interface ObjectAnswer {
  ETag?: string | undefined
  ChecksumCRC32?: string | undefined
  ContentLength?: number | undefined
  ServerSideEncryption?: string | undefined
  SSECustomerAlgorithm?: string | undefined
}

/** With keys of KMS, or of the user's own, the ETag looks like an MD5 and is none. */
export function isEtagOpaque({ ServerSideEncryption, SSECustomerAlgorithm }: ObjectAnswer): boolean {
  return SSECustomerAlgorithm !== undefined || ServerSideEncryption?.startsWith('aws:kms') === true
}

function otherContent(difference: string): Error {
  return new Error(
    `the store reports other content than was sent (${difference}): remove the object and write it again`,
  )
}
