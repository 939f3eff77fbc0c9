import { onAbort } from '../bytes/on-abort.js'
import { defaultConcurrency, partSlots } from '../bytes/part-slots.js'
import { isKey } from '../object-key.js'
import type { ObjectStore } from '../object-store.js'
import {
  type PublishableObject,
  type PublishedObject,
  publishObject,
  type PublishObjectOptions,
} from './publish-object.js'

/** The outcome for all objects. Lists are sorted by key. */
export interface PublishReport {
  published: number
  replaced: number
  unchanged: number
  /** Of those, objects whose ETag says nothing about the content and whose stored CRC is that of theirs. */
  unchangedByCrc: number
  /** Bytes of the objects written, including parts that a resumed upload did not send again. */
  bytes: number
  /** Parts of interrupted uploads that did not have to be sent again. */
  partsResumed: number
  /** Objects whose key holds different content, which is kept. */
  conflicts: PublishedObject[]
  /** Objects whose key holds content that cannot be compared with theirs, which is kept. */
  unverifiable: PublishedObject[]
  /**
   * Objects that could not be published, and sidecars that could not be created. None of these objects is visible, unless every
   * response to the completing request was lost: the next run reports such an object as `unchanged`.
   */
  failures: PublishedObject[]
}

/** The progress of a run. */
export interface PublishProgress {
  /** Objects that are done, without sidecars. */
  objects: number
  /** Bytes of those objects, plus what the store has accepted of objects in progress. Without sidecars. */
  bytesDone: number
  /** Bytes that were sent, including sidecars. */
  bytesSent: number
}

/** How to publish. */
export interface PublishOptions<O extends PublishableObject = PublishableObject> extends Omit<
  PublishObjectOptions<O>,
  'slots' | 'onBytes'
> {
  /** How many requests may send bytes at a time, counting objects and parts of large objects together. Default 4. */
  concurrency?: number
  /**
   * Called after each object, but not after a sidecar. The object that it returns, such as a file that describes the first one,
   * is published next. An error that it throws becomes one of the `failures`, with the key of the object; the outcome of the
   * object itself does not change.
   */
  sidecar?: (done: PublishedObject, object: O) => O | undefined | Promise<O | undefined>
  /** Called after each object, including sidecars, in the order in which they finish. */
  onObject?: (object: PublishedObject) => void
  /** Called when an object that is not a sidecar is done, and whenever bytes have been sent. */
  onProgress?: (progress: PublishProgress) => void
}

/**
 * Publishes each object exactly once. An object that the store already holds with the same content is unchanged; different
 * content is a conflict. Conflicts and failures do not stop the other objects: check the report.
 *
 * Files are published concurrently; the object after a stream is pulled only once the stream is done. What the store already holds
 * does not slow it down; in a bucket, objects in ascending order of their keys need the fewest requests. Rejects if the objects or the
 * store cannot be listed, and with the signal's reason, once the writes in progress have ended.
 *
 * @example
 * ```ts
 * import { folderStore, localFiles, publish } from '@minilake/ingest'
 *
 * const store = folderStore({ folder: 'lake/bucket' })
 * const { published, unchanged, conflicts, failures } = await publish(localFiles('out'), store)
 * console.log(`${published} new, ${unchanged} unchanged`)
 * for (const { reason } of [...conflicts, ...failures]) console.error(reason)
 * ```
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
    isSameContent,
    sidecar,
    onObject,
    onProgress,
    signal,
  } = options
  signal?.throwIfAborted()
  const slots = partSlots(concurrency)
  const stop = new AbortController()
  const forget = onAbort(signal, () => stop.abort(signal?.reason))
  const find = store.finder?.() ?? ((key) => store.find(key))
  const results: PublishedObject[] = []
  const progress: PublishProgress = { objects: 0, bytesDone: 0, bytesSent: 0 }

  const publishOne = async (object: O, { isSidecar }: { isSidecar: boolean }): Promise<PublishedObject> => {
    const { key } = object
    const stored = isKey(key) ? await find(key) : undefined // the store refuses to write any other key
    let counted = 0
    const onBytes = (bytes: number) => {
      if (!isSidecar) {
        counted += bytes
        progress.bytesDone += bytes
      }
      progress.bytesSent += bytes
      onProgress?.({ ...progress })
    }
    const result = await publishObject(object, store, stored, {
      ...{ overwrite, slots, onBytes, signal: stop.signal },
      ...(check && { check }),
      ...(isSameContent && { isSameContent }),
    })
    results.push(result)
    if (!isSidecar) {
      progress.objects += 1
      progress.bytesDone += Math.max(result.size, object.size ?? 0) - counted
    }
    onObject?.(result)
    if (!isSidecar) onProgress?.({ ...progress })
    return result
  }

  const sidecarOf = async (done: PublishedObject, object: O): Promise<O | undefined> => {
    try {
      return await sidecar?.(done, object)
    } catch (error) {
      stop.signal.throwIfAborted()
      const reason = `its sidecar could not be created: ${error instanceof Error ? error.message : String(error)}`
      results.push({ key: object.key, outcome: 'failed', size: 0, reason, error })
      return undefined
    }
  }

  const inTurn = serialByKey()
  const iterator =
    Symbol.asyncIterator in objects ? objects[Symbol.asyncIterator]() : objects[Symbol.iterator]()
  let isExhausted = false
  const next = serial(async () => {
    const step = await iterator.next()
    isExhausted = step.done === true
    if (step.done) return undefined
    stop.signal.throwIfAborted()
    const object = step.value
    const publishing = inTurn(object.key, () => publishOne(object, { isSidecar: false }))
    // The next object may come from the same source as this stream, which has to be consumed first.
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
        const beside = await sidecarOf(done, object)
        if (beside) await inTurn(beside.key, () => publishOne(beside, { isSidecar: true }))
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
    forget()
    if (!isExhausted) await iterator.return?.()
  }
  return reportOf(results)
}

/** Makes each call wait for the one before: not every iterator supports concurrent calls. */
function serial<R>(call: () => R | Promise<R>): () => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const mine = last.then(call)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Runs the work for a key one at a time, so that the first of two objects with the same key wins. */
function serialByKey() {
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
    unchangedByCrc: of('unchanged').filter(({ comparedBy }) => comparedBy === 'CRC').length,
    bytes: written.reduce((sum, { size }) => sum + size, 0),
    partsResumed: written.reduce((sum, { partsResumed = 0 }) => sum + partsResumed, 0),
    conflicts: sorted(of('conflict')),
    unverifiable: sorted(of('unverifiable')),
    failures: sorted(of('failed')),
  }
}
