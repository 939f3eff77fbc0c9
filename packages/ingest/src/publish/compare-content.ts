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
}

/**
 * Whether a stored object has this content. The size and ETag of a listing decide, also for objects that other tools uploaded in
 * parts of another common size. `find` asks the store for more, only if the sizes agree and the ETags do not:
 *
 * | size      | ETag                                                         | stored SHA-256 | content |
 * | --------- | ------------------------------------------------------------ | -------------- | ------- |
 * | different | any                                                          | any            | other   |
 * | the same  | ours, for a common part size                                 | any            | same    |
 * | the same  | another, of one request or of as many parts as ours          | any            | other   |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | ours           | same    |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | another        | other   |
 * | the same  | of an uncommon part size, or not an MD5 of the content (KMS) | none           | unknown |
 */
export async function compareContent(
  content: KnownContent,
  stored: StoredObject,
  { find }: { find: () => Promise<StoredObject | undefined> },
): Promise<Exclude<StoredState, 'nothing'>> {
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
  const found = await find()
  if (isComparable && !found?.isEtagOpaque) return 'other'
  if (found?.sha256 !== undefined && content.sha256) {
    return found.sha256 === (await content.sha256()) ? 'same' : 'other'
  }
  return 'unknown'
}
