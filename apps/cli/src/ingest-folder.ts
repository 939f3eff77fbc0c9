import { stat } from 'node:fs/promises'
import { truthKey, truthPrefix } from '@minilake/generator'
import {
  type LocalFile,
  localFile,
  localFiles,
  type ObjectStore,
  publish,
  type PublishedObject,
  type PublishReport,
} from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { checkDataFile } from './check-data-file.js'
import { UsageError } from './usage-error.js'

/** What became of a folder's data files. */
export interface IngestReport extends PublishReport {
  /** Truth files written: published or replaced. */
  truths: number
}

/** How to ingest a folder. */
export interface IngestOptions {
  tables: readonly Table[]
  store: ObjectStore
  /** Replace objects of other content. Default false. */
  overwrite?: boolean
  signal: AbortSignal
  /** Called after each data file. */
  onObject?: (object: PublishedObject) => void
}

/**
 * Publishes the data files of a folder, and right after each that is in the store with our content the truth about it. The
 * counts are of data files; trouble with a truth is reported with theirs.
 */
export async function ingestFolder(
  folder: string,
  { tables, store, overwrite = false, signal, onObject }: IngestOptions,
): Promise<IngestReport> {
  await checkFolder(folder)
  const counts = { published: 0, replaced: 0, unchanged: 0, truths: 0 }
  let last: PublishedObject | undefined
  async function* filesWithTruths(): AsyncGenerator<LocalFile> {
    for await (const file of localFiles(folder)) {
      yield file
      // The next object is asked for when this one has been dealt with.
      if (last?.outcome === 'conflict' || last?.outcome === 'failed') continue
      const truth = await localFile(folder, truthKey(file.key))
      if (truth) yield truth
      else if (last?.outcome === 'replaced') await store.remove(truthKey(file.key)) // it spoke of the other content
    }
  }
  const report = await publish(filesWithTruths(), store, {
    overwrite,
    signal,
    check: (file) => (isTruth(file.key) ? undefined : checkDataFile(tables, file)),
    onObject: (object) => {
      last = object
      const { key, outcome } = object
      if (outcome === 'published' || outcome === 'replaced' || outcome === 'unchanged') {
        if (!isTruth(key)) counts[outcome] += 1
        else if (outcome !== 'unchanged') counts.truths += 1
      }
      if (!isTruth(key)) onObject?.(object)
    },
  })
  if (last === undefined) {
    throw new UsageError(
      `nothing to ingest: no data file in ${folder}/ (minilake generate or import with --out ${folder} makes some)`,
    )
  }
  return { ...report, ...counts }
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
