import type { ByteStream, ObjectStore, StoredObject } from './object-store.js'
import { decidePublish } from './publish-decision.js'

/** An object to be published: a file with a known size and ETag, or a stream whose content shows as it is taken. */
export interface PublishableObject {
  readonly key: string
  readonly bytes: ByteStream
  /** Bytes; absent for a stream. */
  readonly size?: number
  /** Absent for a stream. */
  etag?(): Promise<string>
}

/** What became of one object. */
export interface PublishedObject {
  key: string
  outcome: 'published' | 'replaced' | 'unchanged' | 'conflict' | 'failed'
  /** Bytes; 0 where it failed before that was known. */
  size: number
  /** Its ETag, where the bytes were taken on the way. */
  etag?: string
  /** For `conflict` and `failed`: why, in one sentence. */
  reason?: string
  /** For `failed`: the error itself. */
  error?: unknown
}

/** What became of all. */
export interface PublishReport {
  published: number
  replaced: number
  unchanged: number
  /** Bytes that went into the store. */
  bytes: number
  /** Objects whose key holds other content; left as it is. */
  conflicts: PublishedObject[]
  /** Objects that could not be published; nothing of them is visible. */
  failures: PublishedObject[]
}

/** How to publish. */
export interface PublishOptions<O extends PublishableObject = PublishableObject> {
  /** Replace objects of other content. Default false: they are conflicts. */
  overwrite?: boolean
  /** Called before an object is written; throwing refuses it with that reason. Default: every object is taken. */
  check?: (object: O) => Promise<void> | void
  /** Called after each object, for progress. */
  onObject?: (object: PublishedObject) => void
  signal?: AbortSignal
}

/**
 * Publishes objects one after the other, each once: one that is there already with the same content is left alone, one
 * with other content is a conflict. A conflict or failure does not keep the others from being published; look at the
 * report. Rejects when the objects or the store cannot be listed, and with the signal's reason.
 */
export async function publish<O extends PublishableObject>(
  objects: Iterable<O> | AsyncIterable<O>,
  store: ObjectStore,
  { overwrite = false, check, onObject, signal }: PublishOptions<O> = {},
): Promise<PublishReport> {
  const report: PublishReport = {
    published: 0,
    replaced: 0,
    unchanged: 0,
    bytes: 0,
    conflicts: [],
    failures: [],
  }
  const listings = new Map<string, Promise<Map<string, StoredObject>>>()
  const find = async (key: string) => {
    // One listing of each top folder decides for all objects in it: no request per object.
    const folder = key.slice(0, key.indexOf('/') + 1)
    const listing = listings.get(folder) ?? listAll(store, folder)
    listings.set(folder, listing)
    return (await listing).get(key)
  }
  for await (const object of objects) {
    signal?.throwIfAborted()
    const stored = await find(object.key)
    const result = await publishObject(object, store, stored, {
      overwrite,
      ...(check && { check }),
      ...(signal && { signal }),
    })
    if (result.outcome === 'conflict') report.conflicts.push(result)
    else if (result.outcome === 'failed') report.failures.push(result)
    else report[result.outcome] += 1
    if (result.outcome === 'published' || result.outcome === 'replaced') report.bytes += result.size
    onObject?.(result)
  }
  return report
}

/** Publishes one object, given what a listing shows under its key. Rejects only with the signal's reason. */
export async function publishObject<O extends PublishableObject>(
  object: O,
  store: ObjectStore,
  stored: StoredObject | undefined,
  { overwrite = false, check, signal }: Omit<PublishOptions<O>, 'onObject'> = {},
): Promise<PublishedObject> {
  const { key, size = 0 } = object
  const conflict = (bytes: number): PublishedObject => ({
    key,
    outcome: 'conflict',
    size: bytes,
    reason: `${store.location}/${key} is there already with other content`,
  })
  try {
    const state = stored === undefined ? 'nothing' : await compare(object, stored)
    if (state === 'same') return { key, outcome: 'unchanged', size }
    await check?.(object)
    const decision = state === 'unknown' ? 'create' : decidePublish({ stored: state, overwrite })
    if (decision === 'conflict') return conflict(size)

    // A stream over a stored object shows only now what it is, so the stored one is looked at first.
    const before = state === 'unknown' ? await stored?.etag() : undefined
    const result = await store.write(key, object.bytes, { overwrite, ...(signal && { signal }) })
    if (result.written) {
      const outcome = before === result.etag ? 'unchanged' : stored === undefined ? 'published' : 'replaced'
      return { key, outcome, size: result.size, etag: result.etag }
    }
    // The key is taken: it was listed so, or another writer came first.
    const holder = before ?? (await (await store.find(key))?.etag())
    if (holder !== result.etag) return conflict(result.size)
    return { key, outcome: 'unchanged', size: result.size, etag: result.etag }
  } catch (error) {
    signal?.throwIfAborted()
    return {
      key,
      outcome: 'failed',
      size: 0,
      reason: error instanceof Error ? error.message : String(error),
      error,
    }
  }
}

async function listAll(store: ObjectStore, prefix: string): Promise<Map<string, StoredObject>> {
  const found = new Map<string, StoredObject>()
  for await (const object of store.list(prefix)) found.set(object.key, object)
  return found
}

async function compare(
  object: PublishableObject,
  stored: StoredObject,
): Promise<'same' | 'other' | 'unknown'> {
  if (object.size === undefined || object.etag === undefined) return 'unknown'
  if (object.size !== stored.size) return 'other'
  return (await object.etag()) === (await stored.etag()) ? 'same' : 'other'
}
