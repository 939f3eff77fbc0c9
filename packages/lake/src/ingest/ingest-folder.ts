import { stat } from 'node:fs/promises'
import { truthKey, truthPrefix } from '@minilake/generator'
import {
  isInStore,
  type LocalFile,
  localFile,
  localFiles,
  type ObjectStore,
  publish,
  type PublishedObject,
  type PublishProgress,
  type PublishReport,
} from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { checkDataFile } from './check-data-file.js'
import { UsageError } from '../usage-error.js'

/** What became of data files. */
export interface IngestReport extends PublishReport {
  /** Truth files written: published or replaced. */
  truths: number
}

/** How to ingest data files. */
export interface IngestOptions {
  tables: readonly Table[]
  store: ObjectStore
  /** Replace objects of other content. Default false. */
  overwrite?: boolean
  signal: AbortSignal
  /** Called before each object is written. */
  beforeWrite?: () => Promise<unknown>
  /** Called after each data file. */
  onObject?: (object: PublishedObject) => void
  /** Called while bytes go out; truths count too. */
  onProgress?: (progress: PublishProgress) => void
}

/** Publishes the data files of a folder, and their truths. Throws a UsageError where there are none. */
export async function ingestFolder(folder: string, options: IngestOptions): Promise<IngestReport> {
  await checkFolder(folder)
  const { report, fileCount } = await ingest(folder, localFiles(folder), options)
  if (fileCount === 0) {
    throw new UsageError(
      `nothing to ingest: no data file in ${folder}/ (minilake generate or import with --out ${folder} makes some)`,
    )
  }
  return report
}

/**
 * Publishes data files of a folder, and right after each that is in the store with our content the truth about it. The counts
 * are of data files; trouble with a truth is reported with theirs.
 */
export async function ingestFiles(
  folder: string,
  files: readonly LocalFile[],
  options: IngestOptions,
): Promise<IngestReport> {
  return (await ingest(folder, files, options)).report
}

async function ingest(
  folder: string,
  files: Iterable<LocalFile> | AsyncIterable<LocalFile>,
  { tables, store, overwrite = false, signal, beforeWrite, onObject, onProgress }: IngestOptions,
): Promise<{ report: IngestReport; fileCount: number }> {
  const counts = { published: 0, replaced: 0, unchanged: 0, truths: 0 }
  let fileCount = 0
  const report = await publish(files, store, {
    overwrite,
    signal,
    check: async (file) => {
      if (!isTruth(file.key)) await checkDataFile(tables, file)
      await beforeWrite?.()
    },
    companion: async (done) => {
      const { key, outcome } = done
      const truth = isInStore(done) ? await localFile(folder, truthKey(key)) : undefined
      if (!truth && outcome === 'replaced') await store.remove(truthKey(key)) // it spoke of the other content
      return truth
    },
    onObject: (object) => {
      const { key, outcome } = object
      if (outcome === 'published' || outcome === 'replaced' || outcome === 'unchanged') {
        if (!isTruth(key)) counts[outcome] += 1
        else if (outcome !== 'unchanged') counts.truths += 1
      }
      if (isTruth(key)) return
      fileCount += 1
      onObject?.(object)
    },
    ...(onProgress && { onProgress }),
  })
  return { report: { ...report, ...counts }, fileCount }
}

function isTruth(key: string): boolean {
  return key.startsWith(truthPrefix)
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new UsageError(
    found
      ? `ingest expected a folder, got the file ${folder}`
      : `nothing to ingest: there is no folder ${folder} (minilake generate or import with --out ${folder} makes one)`,
  )
}
