import { defaultConcurrency, partSlots } from '../bytes/part-slots.js'
import type { ObjectStore, StoredObject } from '../object-store.js'
import {
  type PublishableObject,
  type PublishedObject,
  publishObject,
  type PublishObjectOptions,
} from './publish-object.js'

/** What became of all. Lists are in order of key. */
export interface PublishReport {
  published: number
  replaced: number
  unchanged: number
  /** Bytes that went into the store, those of an earlier upload that was gone on with among them. */
  bytes: number
  /** Parts that interrupted uploads had left in the store, and that were not sent again. */
  partsResumed: number
  /** Objects whose key holds other content; left as it is. */
  conflicts: PublishedObject[]
  /** Objects whose key holds something that cannot be compared with them; left as it is. */
  unverifiable: PublishedObject[]
  /**
   * Objects that could not be published, and companions that could not be made. Nothing of the objects is visible, but where
   * every answer to the end of an upload was lost: the next run finds such an object `unchanged`.
   */
  failures: PublishedObject[]
}

/** How far the publishing of all is. */
export interface PublishProgress {
  /** Objects that have been dealt with; companions are left out. */
  objects: number
  /** Bytes of those objects, and what the store has of those at work. */
  bytesDone: number
  /** Bytes that were sent, those of companions among them. */
  bytesSent: number
}

/** How to publish. */
export interface PublishOptions<O extends PublishableObject = PublishableObject> extends Omit<
  PublishObjectOptions<O>,
  'slots' | 'onBytes'
> {
  /** How many requests may send bytes at once, those of objects and of parts of one object together. Default 4. */
  concurrency?: number
  /**
   * Called after each object; what it gives is published next, before others, such as a file about the first. Not called
   * after a companion. What it throws becomes one of the `failures`, under the key of the object, which counts as it did.
   */
  companion?: (done: PublishedObject, object: O) => O | undefined | Promise<O | undefined>
  /** Called after each object, in the order in which they are done. */
  onObject?: (object: PublishedObject) => void
  /** Called when an object, but no companion, is done, and when bytes of any have been sent. */
  onProgress?: (progress: PublishProgress) => void
}

/**
 * Publishes objects, each once. Files go side by side; the object after a stream is asked for when the stream is done. One that
 * is there already with the same content is left alone, one with other content is a conflict. A conflict or failure does not
 * keep the others from being published; look at the report. Rejects when the objects or the store cannot be listed, and with
 * the signal's reason; what is at work then is ended first.
 */
export async function publish<O extends PublishableObject>(
  objects: Iterable<O> | AsyncIterable<O>,
  store: ObjectStore,
  options: PublishOptions<O> = {},
): Promise<PublishReport> {
  const {
    overwrite = false,
    concurrency = defaultConcurrency,
    check,
    companion,
    onObject,
    onProgress,
    signal,
  } = options
  signal?.throwIfAborted()
  const slots = partSlots(concurrency)
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const find = listedObjects(store)
  const results: PublishedObject[] = []
  const progress: PublishProgress = { objects: 0, bytesDone: 0, bytesSent: 0 }

  const publishOne = async (
    object: O,
    { isCompanion }: { isCompanion: boolean },
  ): Promise<PublishedObject> => {
    const stored = await find(object.key)
    let counted = 0
    const onBytes = (bytes: number) => {
      if (!isCompanion) {
        counted += bytes
        progress.bytesDone += bytes
      }
      progress.bytesSent += bytes
      onProgress?.({ ...progress })
    }
    const result = await publishObject(object, store, stored, {
      ...{ overwrite, slots, onBytes, signal: stop.signal },
      ...(check && { check }),
    })
    results.push(result)
    if (!isCompanion) {
      progress.objects += 1
      progress.bytesDone += Math.max(result.size, object.size ?? 0) - counted
    }
    onObject?.(result)
    if (!isCompanion) onProgress?.({ ...progress })
    return result
  }

  const companionOf = async (done: PublishedObject, object: O): Promise<O | undefined> => {
    try {
      return await companion?.(done, object)
    } catch (error) {
      stop.signal.throwIfAborted()
      const reason = `its companion could not be made: ${error instanceof Error ? error.message : String(error)}`
      results.push({ key: object.key, outcome: 'failed', size: 0, reason, error })
      return undefined
    }
  }

  const inTurn = oneAtATimeByKey()
  const iterator =
    Symbol.asyncIterator in objects ? objects[Symbol.asyncIterator]() : objects[Symbol.iterator]()
  let isExhausted = false
  const next = oneAfterTheOther(async () => {
    const step = await iterator.next()
    isExhausted = step.done === true
    if (step.done) return undefined
    stop.signal.throwIfAborted()
    const object = step.value
    const publishing = inTurn(object.key, () => publishOne(object, { isCompanion: false }))
    // The objects after a stream may come from the same source, which then goes on past it.
    if (object.size === undefined) await publishing.catch(() => undefined)
    return { object, publishing }
  })
  const work = async () => {
    try {
      for (;;) {
        stop.signal.throwIfAborted()
        const started = await next()
        if (started === undefined) return
        const { object } = started
        const done = await started.publishing
        const other = await companionOf(done, object)
        if (other) await inTurn(other.key, () => publishOne(other, { isCompanion: true }))
      }
    } catch (error) {
      stop.abort(error)
      throw error
    }
  }
  try {
    const workers = await Promise.allSettled(Array.from({ length: concurrency }, work))
    signal?.throwIfAborted()
    if (workers.some(({ status }) => status === 'rejected')) throw stop.signal.reason
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!isExhausted) await iterator.return?.()
  }
  return reportOf(results)
}

/** What the store has under a key: one listing of each top folder decides for all objects in it. */
function listedObjects(store: ObjectStore): (key: string) => Promise<StoredObject | undefined> {
  const listings = new Map<string, Promise<Map<string, StoredObject>>>()
  return async (key) => {
    const folder = key.slice(0, key.indexOf('/') + 1)
    const listing = listings.get(folder) ?? listAll(store, folder)
    listings.set(folder, listing)
    return (await listing).get(key)
  }
}

async function listAll(store: ObjectStore, prefix: string): Promise<Map<string, StoredObject>> {
  const found = new Map<string, StoredObject>()
  for await (const object of store.list(prefix)) found.set(object.key, object)
  return found
}

/** Calls that wait for the one before: not every iterator takes calls side by side. */
function oneAfterTheOther<R>(call: () => R | Promise<R>): () => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const mine = last.then(call)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Two objects of one key are published one after the other, so that the first wins. */
function oneAtATimeByKey() {
  const busy = new Map<string, Promise<unknown>>()
  return async <R>(key: string, work: () => Promise<R>): Promise<R> => {
    const mine = (busy.get(key) ?? Promise.resolve()).then(work)
    const ended = mine.catch(() => undefined)
    busy.set(key, ended)
    try {
      return await mine
    } finally {
      if (busy.get(key) === ended) busy.delete(key)
    }
  }
}

function reportOf(results: PublishedObject[]): PublishReport {
  const of = (outcome: PublishedObject['outcome']) => results.filter((result) => result.outcome === outcome)
  const written = [...of('published'), ...of('replaced')]
  const sorted = (found: PublishedObject[]) =>
    found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  return {
    published: of('published').length,
    replaced: of('replaced').length,
    unchanged: of('unchanged').length,
    bytes: written.reduce((sum, { size }) => sum + size, 0),
    partsResumed: written.reduce((sum, { partsResumed = 0 }) => sum + partsResumed, 0),
    conflicts: sorted(of('conflict')),
    unverifiable: sorted(of('unverifiable')),
    failures: sorted(of('failed')),
  }
}
