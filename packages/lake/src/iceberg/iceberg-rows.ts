import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from '@minilake/import'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { parsePartitionPath, type Table, tablePrefix } from '@minilake/schema'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { storedRows } from '../replace/stored-rows.js'
import { mergeRows } from '../write/merge-rows.js'
import type { PlacedRows, RowsTarget } from '../write/rows-target.js'
import { stageFile } from '../write/stage-file.js'
import { stagePartitions } from '../write/stage-partitions.js'
import { type StagedFiles as WaitingFiles, stagedFiles } from '../write/staged-files.js'
import type { WriteMode } from '../write/write-mode.js'
import { appendFiles } from './append-files.js'
import { icebergFiles } from './iceberg-file.js'
import { mergeKeys } from './merge-keys.js'
import { overwriteDays } from './overwrite-days.js'
import { placed, type Publication, type Waiting } from './publication.js'
import type { IcebergLake } from './with-staging.js'

/** How to put rows into an Iceberg table. */
export interface IcebergRowsOptions {
  mode: WriteMode
  /** Lets mode `overwrite-partitions` replace all of a table without partitions. */
  replaceAll: boolean
  /** Where data files wait until they are uploaded. Default: the system's folder for temporary files. */
  tempFolder?: string | undefined
  /** What the DuckDB that reads rows to merge may use. */
  duckDb: DuckDbLimits
  signal: AbortSignal
}

/** Puts rows into an Iceberg table by one statement: readers see the table as it was before, or with all rows. */
export function icebergRows(table: Table, lake: IcebergLake, options: IcebergRowsOptions): RowsTarget {
  const { mode, replaceAll, tempFolder = tmpdir(), duckDb, signal } = options
  let temporary: { path: string; remove: () => Promise<void> } | undefined
  let waiting: Waiting | undefined
  return {
    stage: async (batches, how) => {
      temporary = await privateFolder(tempFolder, 'write')
      const folder = join(temporary.path, 'files') // beside the file that names its owner
      const arrived = folderStore({ folder })
      const files = stagedFiles(arrived, { signal })
      const { sortedBy: _, ...inOrderOfArrival } = table
      const isMerge = mode === 'merge'
      const staged = await stagePartitions<Table, string>(
        isMerge ? inOrderOfArrival : table,
        batches,
        files,
        how,
      )
      await files.name()
      const { importId, files: keys } = staged
      waiting = isMerge
        ? await withoutDuplicates(
            table,
            { importId, keys, arrived, folder: join(temporary.path, 'latest') },
            duckDb,
            signal,
          )
        : { folder, importId, keys, bytes: files.bytesOf(keys), duplicates: 0 }
    },
    publish: async () => {
      if (waiting === undefined) throw new Error(`table ${table.name} expected staged rows`)
      const files = await icebergFiles(table, waiting.folder, waiting.keys)
      if (files.length === 0) return placed(waiting, new Set())
      if (mode === 'merge') return mergeKeys(table, lake, { files, waiting, signal })
      if (mode === 'append') return append(table, lake, { files, waiting, signal })
      return overwriteDays(table, lake, { files, waiting, signal, replaceAll })
    },
    discard: async () => temporary?.remove(),
  }
}

/** Files with the last row of each key. */
async function withoutDuplicates(
  table: Table,
  {
    importId,
    keys,
    arrived,
    folder,
  }: { importId: string; keys: string[]; arrived: FolderStore; folder: string },
  duckDb: DuckDbLimits,
  signal: AbortSignal,
): Promise<Waiting> {
  const files: WaitingFiles = stagedFiles(folderStore({ folder }), { signal })
  const latest: string[] = []
  let duplicates = 0
  for (const key of keys) {
    const file = await arrived.find(key)
    if (file === undefined) throw new Error(`${key} was removed before it was merged: try again`)
    const partition = parsePartitionPath(key.slice(tablePrefix(table).length))
    const rows = { stored: noRows(), arrived: storedRows(table, [file], arrived, { duckDb, signal }) }
    const { result, counts } = await mergeRows(table, rows, (batches) =>
      stageFile(table, { partition, batches }, files, { prefix: 'merge', imports: [importId] }),
    )
    latest.push(result)
    duplicates += counts.duplicates
  }
  await files.name()
  return { folder, importId, keys: latest, bytes: files.bytesOf(latest), duplicates }
}

async function* noRows(): AsyncGenerator<never> {}

async function append(
  table: Table,
  lake: IcebergLake,
  { files, waiting, signal }: Publication,
): Promise<PlacedRows> {
  const outcomes = await appendFiles(table, lake, files, { signal })
  const of = (wanted: string) => [...outcomes].filter(([, outcome]) => outcome === wanted).map(([key]) => key)
  const [conflict] = of('conflict')
  if (conflict !== undefined)
    throw new Error(`table ${table.name} has other rows of the data file ${conflict}: remove them first`)
  return placed(waiting, new Set(of('published')))
}
