import { setTimeout as wait } from 'node:timers/promises'
import { truthPrefix, truthSubject } from '@minilake/generator'
import { isInStore, localFile, ObjectStoreError, type PublishedObject } from '@minilake/ingest'
import type { CatalogReport, LakeBackend } from '../lake-backend.js'
import { UsageError } from '../usage-error.js'
import { createOnceProbe } from './create-once.js'
import { ingestFiles, type IngestFilesOptions, type IngestReport } from './ingest-folder.js'
import { watchFolder } from './watch-folder.js'

/** How to watch a folder. */
export interface WatchFolderOptions extends IngestFilesOptions {
  /** Called after each round in which files were finished. */
  onIngested?: (report: IngestReport) => Promise<void> | void
  /** Called when new files changed the catalog. */
  onRegistered?: (report: CatalogReport) => Promise<void> | void
  /** Called when the store or the catalog fails, with the seconds after which the work is tried again: 1, 2, 4, 8, then 10. */
  onFailure?: (error: unknown, retrySeconds: number) => void
}

/** What a watch has published. */
export interface WatchReport {
  /** Data files published or replaced. */
  published: number
  /** Keys of finished files in the folder that are not published. */
  unpublished: string[]
}

/** Time between two looks at the folder, in milliseconds. */
const lookMillis = 1000
/** Longest wait after a failure of the store or the catalog, in seconds. The first is one second, and each is twice the one before. */
const longestRetrySeconds = 10

/**
 * Publishes the files of a folder as they are finished, and registers new partitions, until the signal is aborted. Failures of the
 * store or the catalog are retried; a refused file is tried again once it has changed. Rejects with a UsageError for a setting that
 * cannot work.
 */
export async function ingestWatching(
  folder: string,
  lake: LakeBackend,
  { onIngested, onRegistered, onFailure, ...options }: WatchFolderOptions,
): Promise<WatchReport> {
  const { signal } = options
  const watch = watchFolder(folder)
  const unpublished = new Set<string>()
  let published = 0
  // An earlier run may have been killed after it published a partition and before it registered it.
  let isUnregistered = true
  let probe = createOnceProbe(lake.store, { signal, onFinding: options.onCreateOnce })

  const publishFinished = async () => {
    const files = await watch.look()
    if (files.length === 0) return true
    for (const { key } of files) unpublished.add(key)
    const report = await ingestFiles(folder, files, lake, {
      ...options,
      onObject: (object: PublishedObject) => {
        if (isInStore(object)) unpublished.delete(object.key)
        if (object.outcome === 'published' || object.outcome === 'replaced') published += 1
        options.onObject?.(object)
      },
      probe: () => probe(),
    }).catch((error: unknown) => {
      for (const { key } of files) watch.forget(key)
      isUnregistered = true // some files may have been published before the failure
      throw error
    })
    const { conflicts, failures, unverifiable } = report
    for (const { key } of [...conflicts, ...failures, ...unverifiable]) unpublished.add(dataKeyOf(key))
    const again = failures.filter(
      ({ error }) => error instanceof ObjectStoreError && error.code !== 'KeyNotSupported',
    )
    for (const { key } of again) watch.forget(dataKeyOf(key))
    isUnregistered ||= report.published > 0
    await onIngested?.(report)
    return again.length === 0
  }
  const register = async () => {
    if (!isUnregistered) return
    const report = await lake.registerTables(lake.tables, { signal, onWait: options.onWait })
    isUnregistered = false
    if (report.changes.length + report.differences.length > 0) await onRegistered?.(report)
  }

  let retrySeconds = 1
  while (!signal.aborted) {
    let isWell = true
    try {
      isWell = await publishFinished()
      await register()
    } catch (error) {
      if (signal.aborted) break
      if (error instanceof UsageError) throw error // a wrong setting stays wrong
      isWell = false
      // A store that was down did not answer.
      probe = createOnceProbe(lake.store, { signal, onFinding: options.onCreateOnce })
      onFailure?.(error, retrySeconds)
    }
    const waitMillis = isWell ? lookMillis : retrySeconds * 1000
    retrySeconds = isWell ? 1 : Math.min(2 * retrySeconds, longestRetrySeconds)
    await wait(waitMillis, undefined, { signal }).catch(() => undefined)
  }
  for (const key of unpublished) if ((await localFile(folder, key)) === undefined) unpublished.delete(key)
  return { published, unpublished: [...unpublished] }
}

/** The key of the data file that a truth file describes; any other key unchanged. */
function dataKeyOf(key: string): string {
  return key.startsWith(truthPrefix) ? truthSubject(key) : key
}
