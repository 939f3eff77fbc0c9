import { setTimeout as wait } from 'node:timers/promises'
import { truthPrefix, truthSubject } from '@minilake/generator'
import { isInStore, localFile, ObjectStoreError, type PublishedObject } from '@minilake/ingest'
import { ingestFiles, type IngestOptions, type IngestReport } from './ingest-folder.js'
import type { LakeBackend } from '../lake-backend.js'
import type { CatalogReport } from '../register/register-tables.js'
import { watchFolder } from './watch-folder.js'

/** What is told while a folder is watched. */
export interface IngestView {
  ingested(report: IngestReport): Promise<void> | void
  /** Called where new files have made something new known to the engine. */
  catalogued(report: CatalogReport): Promise<void> | void
  /** The store or the catalog did not do what it was asked; it is tried again. */
  troubled(error: unknown): void
}

/** How often the folder is looked at, in milliseconds. */
const lookMillis = 1000
/** How long to leave a store or a catalog alone that has failed, in milliseconds. */
const retryMillis = 10_000

/**
 * Publishes a folder's files as they are finished, and makes new partitions known to the engine, until the signal is aborted.
 * What a store or a catalog fails at is tried again; a refused file is, once it has changed. Resolves with the keys of files that
 * are there, finished, and not published.
 */
export async function ingestWatching(
  folder: string,
  lake: LakeBackend,
  { view, ...options }: IngestOptions & { view: IngestView },
): Promise<ReadonlySet<string>> {
  const { signal } = options
  const watch = watchFolder(folder)
  const unpublished = new Set<string>()
  // A run that was killed may have published partitions and not registered them.
  let isUnregistered = true

  const publishFinished = async () => {
    const files = await watch.look()
    if (files.length === 0) return true
    for (const { key } of files) unpublished.add(key)
    const onObject = (object: PublishedObject) => {
      if (isInStore(object)) unpublished.delete(object.key)
      options.onObject?.(object)
    }
    const report = await ingestFiles(folder, files, { ...options, onObject }).catch((error: unknown) => {
      for (const { key } of files) watch.forget(key)
      isUnregistered = true // some may have been published before that
      throw error
    })
    const { conflicts, failures, unverifiable } = report
    for (const { key } of [...conflicts, ...failures, ...unverifiable]) unpublished.add(dataKeyOf(key))
    const again = failures.filter(({ error }) => error instanceof ObjectStoreError)
    for (const { key } of again) watch.forget(dataKeyOf(key))
    isUnregistered ||= report.published > 0
    await view.ingested(report)
    return again.length === 0
  }
  const register = async () => {
    if (!isUnregistered) return
    const report = await lake.registerTables(lake.tables, { signal })
    isUnregistered = false
    if (report.changes.length + report.differences.length > 0) await view.catalogued(report)
  }

  while (!signal.aborted) {
    let isWell = true
    try {
      isWell = await publishFinished()
      await register()
    } catch (error) {
      if (signal.aborted) break
      isWell = false
      view.troubled(error)
    }
    await wait(isWell ? lookMillis : retryMillis, undefined, { signal }).catch(() => undefined)
  }
  for (const key of unpublished) if ((await localFile(folder, key)) === undefined) unpublished.delete(key)
  return unpublished
}

/** A truth goes with its data file. */
function dataKeyOf(key: string): string {
  return key.startsWith(truthPrefix) ? truthSubject(key) : key
}
