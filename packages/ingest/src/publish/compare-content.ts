import type { ChecksumAlgorithm } from '../bytes/checksum.js'
import { type EtagPlan, etagPlans } from '../bytes/etag.js'
import { partBytesFor } from '../bytes/part-plan.js'
import type { StoredObject } from '../object-store.js'
import type { StoredState } from './decide-publish.js'

/** Content to compare with a stored object. */
export interface KnownContent {
  /** Bytes. */
  readonly size: number
  /** The ETag it has if uploaded this way; undefined if that can no longer be computed, as for a stream that has been consumed. */
  etag(plan: EtagPlan): Promise<string | undefined>
  /** In hexadecimal. */
  sha256?: (() => Promise<string>) | undefined
  /** In base64; undefined if that can no longer be computed. */
  checksum?: ((algorithm: ChecksumAlgorithm) => Promise<string | undefined>) | undefined
}

/** How a stored object compares with some content. */
export interface Comparison {
  state: Exclude<StoredState, 'nothing'>
  /** What decided, if not the size and the ETag. */
  by?: 'SHA-256' | 'CRC'
  /** For `unknown`: why the store does not reveal a checksum that might decide, if it says so. */
  checksumDenied?: string | undefined
}

/**
 * Whether a stored object has this content. The size and ETag of a listing decide, also for objects that other tools uploaded in
 * parts of another common size. `find` asks the store for more, only if the sizes agree and the ETags do not:
 *
 * | size      | ETag                                                         | stored SHA-256 | stored CRC | content     |
 * | --------- | ------------------------------------------------------------ | -------------- | ---------- | ----------- |
 * | different | any                                                          | any            | any        | other       |
 * | the same  | ours, for a common part size                                 | any            | any        | same        |
 * | the same  | another, of one request or of as many parts as ours          | any            | any        | other       |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | ours           | any        | same        |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | another        | any        | other       |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | none           | ours       | same by CRC |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | none           | another    | other       |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | none           | none       | unknown     |
 *
 * The CRC is the CRC64NVME or CRC32 of the whole object. Of different contents of one size, one in 2^32 has the same CRC32.
 */
export async function compareContent(
  content: KnownContent,
  stored: StoredObject,
  { find }: { find: () => Promise<StoredObject | undefined> },
): Promise<Comparison> {
  const { size } = content
  if (size !== stored.size) return { state: 'other' }
  const etag = await stored.etag()
  let isComparable = false
  for (const plan of etagPlans({ size, etag })) {
    const ours = await content.etag(plan)
    if (ours === etag) return { state: 'same' }
    const isCertain = plan.partBytes === Infinity || plan.partBytes === partBytesFor(size)
    if (ours !== undefined && isCertain) isComparable = true
  }
  const found = await find()
  if (isComparable && !found?.isEtagOpaque) return { state: 'other' }
  if (found?.sha256 !== undefined && content.sha256) {
    return { state: found.sha256 === (await content.sha256()) ? 'same' : 'other', by: 'SHA-256' }
  }
  const checksum = found?.checksum
  const ours = checksum && (await content.checksum?.(checksum.algorithm))
  if (ours !== undefined) return { state: ours === checksum?.value ? 'same' : 'other', by: 'CRC' }
  return { state: 'unknown', checksumDenied: found?.checksumDenied }
}
