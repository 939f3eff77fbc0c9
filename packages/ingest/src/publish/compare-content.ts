import { type EtagPlan, etagPlans } from '../bytes/etag.js'
import { partBytesFor } from '../bytes/part-plan.js'
import type { StoredObject } from '../object-store.js'

/** Content to be compared with a stored object. */
export interface KnownContent {
  /** Bytes. */
  readonly size: number
  /** Its ETag, had it been put in this way; nothing where that cannot be known, as of a stream that has gone by. */
  etag(plan: EtagPlan): Promise<string | undefined>
  /** In hexadecimal. */
  sha256?: (() => Promise<string>) | undefined
}

/**
 * Whether a stored object has this content. Size and ETag of a listing tell, also where the object was put in parts of
 * another usual size. Only where the sizes are the same and the ETag is another, `look` asks the store for more:
 *
 * | size  | ETag                                           | SHA-256 kept | content |
 * | ----- | ---------------------------------------------- | ------------ | ------- |
 * | other | any                                            | any          | other   |
 * | same  | ours, by one of the usual part sizes           | any          | same    |
 * | same  | another, put at once or in as many parts as we | any          | other   |
 * | same  | of parts of an unusual size, or no MD5 (KMS)   | ours         | same    |
 * | same  | of parts of an unusual size, or no MD5 (KMS)   | another      | other   |
 * | same  | of parts of an unusual size, or no MD5 (KMS)   | none         | unknown |
 */
export async function compareContent(
  content: KnownContent,
  stored: StoredObject,
  { look }: { look: () => Promise<StoredObject | undefined> },
): Promise<'same' | 'other' | 'unknown'> {
  const { size } = content
  if (size !== stored.size) return 'other'
  const etag = await stored.etag()
  let isComparable = false
  for (const plan of etagPlans({ size, etag })) {
    const ours = await content.etag(plan)
    if (ours === etag) return 'same'
    const isCertain = plan.partBytes === Infinity || plan.partBytes === partBytesFor(size)
    if (ours !== undefined && isCertain) isComparable = true
  }
  const found = await look()
  if (isComparable && !found?.isEtagOpaque) return 'other'
  if (found?.sha256 !== undefined && content.sha256) {
    return found.sha256 === (await content.sha256()) ? 'same' : 'other'
  }
  return 'unknown'
}
