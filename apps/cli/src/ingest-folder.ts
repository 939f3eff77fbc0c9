import { existsSync } from 'node:fs'
import { truthPrefix, truthSubject } from '@minilake/generator'
import {
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
 * Publishes the data files of a folder, then the truths about those that are in the store with our content. The counts
 * are of data files; trouble with a truth is reported with theirs.
 */
export async function ingestFolder(
  folder: string,
  { tables, store, overwrite = false, signal, onObject }: IngestOptions,
): Promise<IngestReport> {
  if (!existsSync(folder)) {
    throw new UsageError(
      `nothing to ingest: there is no folder ${folder} (minilake generate --out ${folder} makes one)`,
    )
  }
  const ours = new Set<string>()
  let seen = 0
  const report = await publish(localFiles(folder), store, {
    overwrite,
    signal,
    check: (file) => checkDataFile(tables, file),
    onObject: (object) => {
      seen += 1
      if (object.outcome !== 'conflict' && object.outcome !== 'failed') ours.add(object.key)
      onObject?.(object)
    },
  })
  if (seen === 0) {
    throw new UsageError(
      `nothing to ingest: no data file in ${folder}/ (minilake generate --out ${folder} makes some)`,
    )
  }
  const truths = await publish(truthsOf(folder, ours), store, { overwrite, signal })
  return {
    ...report,
    truths: truths.published + truths.replaced,
    conflicts: [...report.conflicts, ...truths.conflicts],
    failures: [...report.failures, ...truths.failures],
  }
}

async function* truthsOf(folder: string, keys: ReadonlySet<string>) {
  for await (const file of localFiles(folder, { below: truthPrefix })) {
    if (keys.has(truthSubject(file.key))) yield file
  }
}
