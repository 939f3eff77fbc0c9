import type { ByteStream, RereadableBytes } from '../bytes/byte-stream.js'
import type { ChecksumAlgorithm } from '../bytes/checksum.js'
import type { EtagPlan, Identity } from '../bytes/etag.js'
import { partBytes, partBytesFor } from '../bytes/part-plan.js'
import type { ObjectStore, StoredObject, WriteOptions, WriteResult } from '../object-store.js'
import { compareContent, type Comparison } from './compare-content.js'
import { decidePublish } from './decide-publish.js'

/** An object to publish: a file whose size and ETag can be computed first, or a stream whose content is known only once read. */
export interface PublishableObject {
  readonly key: string
  readonly bytes: ByteStream
  /** Bytes; absent for a stream. */
  readonly size?: number
  /** The ETag it has if uploaded this way (default: ours); absent for a stream. */
  etag?(plan?: EtagPlan): Promise<string>
  /** Its SHA-256 in hexadecimal, for stores that keep it; absent for a stream. */
  sha256?(): Promise<string>
  /** A checksum in base64, big-endian, to compare it with an object whose ETag says nothing; absent for a stream. */
  checksum?(algorithm: ChecksumAlgorithm): Promise<string>
  /** Reads it again at any offset, so that an interrupted upload can be resumed; absent for a stream. */
  readInto?: RereadableBytes['readInto']
}

/** The outcome for one object. */
export interface PublishedObject {
  key: string
  outcome: 'published' | 'replaced' | 'unchanged' | 'conflict' | 'unverifiable' | 'failed'
  /** Bytes; 0 if it failed before the size was known. */
  size: number
  /** Its ETag, if its bytes were read on the way. */
  etag?: string
  /** For `unchanged`: what showed it, if not the ETag. */
  comparedBy?: 'SHA-256' | 'CRC'
  /** Parts of an interrupted upload that did not have to be sent again; absent if there were none. */
  partsResumed?: number
  /** Why parts of an unsuccessful upload may remain in the store; absent if none remain. */
  partsLeft?: string
  /** For `conflict`, `unverifiable` and `failed`: why, in one sentence. */
  reason?: string
  /** For `failed`: the error itself. */
  error?: unknown
}

/** How to publish one object. */
export interface PublishObjectOptions<O extends PublishableObject = PublishableObject> extends Pick<
  WriteOptions,
  'overwrite' | 'signal' | 'slots' | 'onBytes'
> {
  /** Called before the object is written. Throwing refuses the object, with that reason. Default: every object is accepted. */
  check?: (object: O) => Promise<void> | void
  /**
   * Whether a stored object with other bytes, or with bytes that cannot be compared, has the same content nevertheless, so that it is
   * unchanged. Not asked with `overwrite`. Default: no object has.
   */
  isSameContent?: (object: O, stored: StoredObject) => Promise<boolean> | boolean
}

/** Publishes one object, given what a listing shows at its key. Rejects only with the signal's reason. */
export async function publishObject<O extends PublishableObject>(
  object: O,
  store: ObjectStore,
  stored: StoredObject | undefined,
  { overwrite = false, check, isSameContent, signal, ...sharing }: PublishObjectOptions<O> = {},
): Promise<PublishedObject> {
  const { key, size = 0 } = object
  try {
    const found: FoundContent = stored ? await compareListed(object, stored, store) : { state: 'nothing' }
    if (found.state === 'same') return unchanged(key, { size, ...found })
    const isAsked = stored !== undefined && found.state !== 'stream' && !overwrite && isComparable(found)
    if (isAsked && (await isSameContent?.(object, stored))) return { key, outcome: 'unchanged', size }
    await check?.(object)
    if (found.state !== 'stream') {
      const decision = decidePublish({ stored: found.state, overwrite })
      if (decision === 'conflict' || decision === 'unverifiable')
        return kept(key, decision, { size, store, ...found })
    }
    // The content of a stream is known only after the write, so remember what it is about to replace.
    const before = found.state === 'stream' ? await stored?.etag() : undefined
    const { written, crc32, ...result } = await store.write(key, object.bytes, {
      ...{ overwrite, isKeyFree: stored === undefined, ...sharing, ...(signal && { signal }) },
      ...rereadOptions(object),
    })
    if (!written)
      return withPartsLeft(
        await compareWithHolder(object, { ...result, crc32 }, store, isSameContent),
        result,
      )
    const outcome = before === result.etag ? 'unchanged' : stored === undefined ? 'published' : 'replaced'
    return { key, outcome, ...result }
  } catch (error) {
    signal?.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { key, outcome: 'failed', size: 0, reason, error }
  }
}

/** Whether the store holds the content of an object, written in this run or an earlier one. */
export function isInStore({ outcome }: Pick<PublishedObject, 'outcome'>): boolean {
  return outcome === 'published' || outcome === 'replaced' || outcome === 'unchanged'
}

/** What is at the key of an object: compared with it, nothing, or something to compare with a stream once that has been read. */
type FoundContent = Comparison | { state: 'nothing' | 'stream' }

/** Whether more than its checksum may be read of the stored object: KMS keys deny both alike. */
function isComparable(found: FoundContent): boolean {
  return !('checksumDenied' in found) || found.checksumDenied === undefined
}

async function compareListed(
  object: PublishableObject,
  stored: StoredObject,
  store: ObjectStore,
): Promise<FoundContent> {
  const { key, size } = object
  const etag = object.etag?.bind(object)
  if (size === undefined || etag === undefined) return { state: 'stream' }
  const sha256 = object.sha256?.bind(object)
  const checksum = object.checksum?.bind(object)
  const content = { size, etag, sha256, checksum }
  return compareContent(content, stored, { find: () => store.find(key) })
}

function rereadOptions(object: PublishableObject): Pick<WriteOptions, 'reread' | 'sha256'> {
  const readInto = object.readInto?.bind(object)
  return {
    sha256: object.sha256?.bind(object),
    ...(readInto && object.size !== undefined && { reread: { size: object.size, readInto } }),
  }
}

/** Compares an object with the one that holds its key: a listing showed it, or another writer was first. */
async function compareWithHolder<O extends PublishableObject>(
  object: O,
  { size, etag, crc32 }: Identity & { crc32: WriteResult['crc32'] },
  store: ObjectStore,
  isSameContent: PublishObjectOptions<O>['isSameContent'],
): Promise<PublishedObject> {
  const { key } = object
  const holder = await store.find(key)
  if (holder === undefined)
    throw new Error(`${store.location}/${key} was taken during the write and is free now: write it again`)
  const content = {
    size,
    sha256: object.sha256?.bind(object),
    etag: async (plan: EtagPlan) => (isOurPlan(plan, size) ? etag : object.etag?.(plan)),
    checksum: async (algorithm: ChecksumAlgorithm) =>
      algorithm === 'CRC32' && crc32 !== undefined ? crc32 : object.checksum?.(algorithm),
  }
  const found = await compareContent(content, holder, { find: () => Promise.resolve(holder) })
  const decision = decidePublish({ stored: found.state, overwrite: false })
  if (decision === 'unchanged') return unchanged(key, { size, etag, ...found })
  if (isComparable(found) && (await isSameContent?.(object, holder)))
    return { key, outcome: 'unchanged', size, etag }
  return kept(key, decision === 'conflict' ? decision : 'unverifiable', { size, store, ...found })
}

function isOurPlan(plan: EtagPlan, size: number): boolean {
  if (size > partBytes) return plan.partBytes === partBytesFor(size)
  return plan.partBytes === Infinity && !plan.alwaysInParts
}

/** The outcome for an object whose content is stored already. */
function unchanged(
  key: string,
  { size, etag, by }: { size: number; etag?: string } & Pick<Comparison, 'by'>,
): PublishedObject {
  return {
    ...{ key, outcome: 'unchanged', size },
    ...(etag !== undefined && { etag }),
    ...(by && { comparedBy: by }),
  }
}

/** The outcome for an object whose key keeps the stored object. */
function kept(
  key: string,
  outcome: 'conflict' | 'unverifiable',
  { size, store, checksumDenied }: { size: number; store: ObjectStore } & Pick<Comparison, 'checksumDenied'>,
): PublishedObject {
  const place = `${store.location}/${key} already exists`
  const reason =
    outcome === 'conflict'
      ? `${place} with different content`
      : `${place}, and its ETag does not show whether the content is the same${checksumDenied === undefined ? '' : `; its checksum would, but ${checksumDenied}`}: compare the bytes, or overwrite it`
  return { key, outcome, size, reason }
}

function withPartsLeft(
  object: PublishedObject,
  { partsLeft }: Pick<PublishedObject, 'partsLeft'>,
): PublishedObject {
  if (partsLeft === undefined) return object
  const { reason } = object
  return { ...object, partsLeft, ...(reason !== undefined && { reason: `${reason}; ${partsLeft}` }) }
}
