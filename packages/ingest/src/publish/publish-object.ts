import type { ByteStream, RereadableBytes } from '../bytes/byte-stream.js'
import type { EtagPlan, Identity } from '../bytes/etag.js'
import { partBytes, partBytesFor } from '../bytes/part-plan.js'
import type { ObjectStore, StoredObject, WriteOptions } from '../object-store.js'
import { compareContent } from './compare-content.js'
import { decidePublish, type StoredState } from './decide-publish.js'

/** An object to be published: a file with a known size and ETag, or a stream whose content shows as it is taken. */
export interface PublishableObject {
  readonly key: string
  readonly bytes: ByteStream
  /** Bytes; absent for a stream. */
  readonly size?: number
  /** Its ETag, put in this way (default: as we do); absent for a stream. */
  etag?(plan?: EtagPlan): Promise<string>
  /** Its SHA-256 in hexadecimal, for stores that keep it; absent for a stream. */
  sha256?(): Promise<string>
  /** Reads it again from anywhere, so that an interrupted upload can be gone on with; absent for a stream. */
  readInto?: RereadableBytes['readInto']
}

/** What became of one object. */
export interface PublishedObject {
  key: string
  outcome: 'published' | 'replaced' | 'unchanged' | 'conflict' | 'unverifiable' | 'failed'
  /** Bytes; 0 where it failed before that was known. */
  size: number
  /** Its ETag, where the bytes were taken on the way. */
  etag?: string
  /** Parts that an interrupted upload had left in the store; absent where there were none. */
  partsResumed?: number
  /** Why parts may be left of an upload that came to nothing; absent where none are. */
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
  /** Called before the object is written; throwing refuses it with that reason. Default: every object is taken. */
  check?: (object: O) => Promise<void> | void
}

/** Publishes one object, given what a listing shows under its key. Rejects only with the signal's reason. */
export async function publishObject<O extends PublishableObject>(
  object: O,
  store: ObjectStore,
  stored: StoredObject | undefined,
  { overwrite = false, check, signal, ...sharing }: PublishObjectOptions<O> = {},
): Promise<PublishedObject> {
  const { key, size = 0 } = object
  try {
    const state = stored === undefined ? 'nothing' : await compareListed(object, stored, store)
    if (state === 'same') return { key, outcome: 'unchanged', size }
    await check?.(object)
    if (state !== 'stream') {
      const decision = decidePublish({ stored: state, overwrite })
      if (decision === 'conflict' || decision === 'unverifiable') return left(key, decision, { size, store })
    }
    // A stream over a stored object shows only now what it is, so the stored one is looked at first.
    const before = state === 'stream' ? await stored?.etag() : undefined
    const { written, ...result } = await store.write(key, object.bytes, {
      ...{ overwrite, isKeyFree: stored === undefined, ...sharing, ...(signal && { signal }) },
      ...writeSource(object),
    })
    if (!written) return withPartsLeft(await takenBy(object, result, store), result)
    const outcome = before === result.etag ? 'unchanged' : stored === undefined ? 'published' : 'replaced'
    return { key, outcome, ...result }
  } catch (error) {
    signal?.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { key, outcome: 'failed', size: 0, reason, error }
  }
}

/** Whether the store holds an object with our content, written now or before. */
export function isInStore({ outcome }: Pick<PublishedObject, 'outcome'>): boolean {
  return outcome === 'published' || outcome === 'replaced' || outcome === 'unchanged'
}

/** The key is taken: it was listed so, or another writer came first. */
async function takenBy(
  object: PublishableObject,
  identity: Identity,
  store: ObjectStore,
): Promise<PublishedObject> {
  const { key } = object
  const { size, etag } = identity
  const holder = await store.find(key)
  if (holder === undefined)
    throw new Error(
      `${store.location}/${key} was taken when it was to be written, and is free now: write it again`,
    )
  const content = {
    size,
    sha256: object.sha256?.bind(object),
    etag: async (plan: EtagPlan) => (isOurPlan(plan, size) ? etag : object.etag?.(plan)),
  }
  const state = await compareContent(content, holder, { look: () => Promise.resolve(holder) })
  const decision = decidePublish({ stored: state, overwrite: false })
  if (decision === 'unchanged') return { key, outcome: 'unchanged', size, etag }
  return left(key, decision === 'conflict' ? decision : 'unverifiable', { size, store })
}

function withPartsLeft(
  object: PublishedObject,
  { partsLeft }: Pick<PublishedObject, 'partsLeft'>,
): PublishedObject {
  if (partsLeft === undefined) return object
  const { reason } = object
  return { ...object, partsLeft, ...(reason !== undefined && { reason: `${reason}; ${partsLeft}` }) }
}

function left(
  key: string,
  outcome: 'conflict' | 'unverifiable',
  { size, store }: { size: number; store: ObjectStore },
): PublishedObject {
  const place = `${store.location}/${key} is there already`
  const reason =
    outcome === 'conflict'
      ? `${place} with other content`
      : `${place}, and its ETag does not tell whether with the same content: compare the bytes, or overwrite it`
  return { key, outcome, size, reason }
}

async function compareListed(
  object: PublishableObject,
  stored: StoredObject,
  store: ObjectStore,
): Promise<StoredState | 'stream'> {
  const { key, size } = object
  const etag = object.etag?.bind(object)
  if (size === undefined || etag === undefined) return 'stream'
  const content = { size, etag, sha256: object.sha256?.bind(object) }
  return compareContent(content, stored, { look: () => store.find(key) })
}

function writeSource(object: PublishableObject): Pick<WriteOptions, 'reread' | 'sha256'> {
  const readInto = object.readInto?.bind(object)
  return {
    sha256: object.sha256?.bind(object),
    ...(readInto && object.size !== undefined && { reread: { size: object.size, readInto } }),
  }
}

function isOurPlan(plan: EtagPlan, size: number): boolean {
  if (size > partBytes) return plan.partBytes === partBytesFor(size)
  return plan.partBytes === Infinity && !plan.alwaysInParts
}
