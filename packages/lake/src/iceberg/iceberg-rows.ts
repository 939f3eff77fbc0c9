import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  icebergBatches,
  icebergMerge,
  icebergMergeCounts,
  icebergReplacement,
  type StagedFiles,
} from '@minilake/catalog'
import { privateFolder } from '@minilake/import'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { parsePartitionPath, partitionPath, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { storedRows } from '../replace/stored-rows.js'
import { count } from '../text.js'
import { UsageError } from '../usage-error.js'
import { mergeRows } from '../write/merge-rows.js'
import type { OverwrittenRows, PlacedRows, RowsTarget } from '../write/rows-target.js'
import { stageFile } from '../write/stage-file.js'
import { stagePartitions } from '../write/stage-partitions.js'
import { type StagedFiles as WaitingFiles, stagedFiles } from '../write/staged-files.js'
import type { WriteMode } from '../write/write-mode.js'
import { appendFiles } from './append-files.js'
import { isSameBatch } from './batch.js'
import { committed, rowsOfQuery } from './committed.js'
import { type IcebergFile, icebergFiles } from './iceberg-file.js'
import { type IcebergLake, withStaging } from './with-staging.js'

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

/** Data files that wait in a folder. */
interface Waiting {
  folder: string
  importId: string
  keys: string[]
  bytes: number
  /** Rows that a later row of the same source replaced; mode `merge` only. */
  duplicates: number
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
      if (mode === 'merge') return merge(table, lake, { files, waiting, signal })
      if (mode === 'append') return append(table, lake, { files, waiting, signal })
      return overwrite(table, lake, { files, waiting, signal, replaceAll })
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

interface Publication {
  files: readonly IcebergFile[]
  waiting: Waiting
  signal: AbortSignal
}

function placed({ importId, keys, bytes }: Waiting, isNew: ReadonlySet<string>): PlacedRows {
  const newKeys = keys.filter((key) => isNew.has(key))
  return { importId, written: newKeys.length, unchanged: keys.length - newKeys.length, bytes, keys, newKeys }
}

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

async function overwrite(
  table: Table,
  lake: IcebergLake,
  { files, waiting, signal, replaceAll }: Publication & { replaceAll: boolean },
): Promise<PlacedRows> {
  const replaced = partitionsOf(table).length > 0 ? 'days' : 'all'
  return withStaging(table, lake, files, signal, (engine, staged) =>
    committed(
      table,
      async () => {
        const found = await rowsOfQuery(engine, icebergBatches(table, replaced, staged), signal)
        const there = found.map(({ batch, day, rows }) => ({
          batch: String(batch),
          day: String(day),
          rows: Number(rows),
        }))
        const total = there.reduce((sum, { rows }) => sum + rows, 0)
        if (replaced === 'all' && !replaceAll && total > 0)
          throw new UsageError(
            `table ${table.name} has no partitions, so mode overwrite-partitions replaces all of it: ${count(total, 'row')}; set \`replaceAll\` to do so`,
          )
        const isThere = (file: IcebergFile) => {
          const ofDay = there.filter(({ day }) => day === dayOf(file))
          const own = ofDay.filter(({ batch }) => isSameBatch(batch, file.batch))
          return ofDay.length === own.length && own.reduce((sum, { rows }) => sum + rows, 0) === file.rows
        }
        const changed = files.filter((file) => !isThere(file))
        if (changed.length === 0) return placed(waiting, new Set())
        await rowsOfQuery(engine, icebergReplacement(table, replaced, staged), signal)
        return {
          ...placed(waiting, new Set(changed.map(({ file }) => file.key))),
          overwritten: overwrittenOf(changed, there),
        }
      },
      signal,
    ),
  )
}

function overwrittenOf(
  files: readonly IcebergFile[],
  there: readonly { batch: string; day: string; rows: number }[],
): OverwrittenRows[] {
  return files
    .map((file) => {
      const gone = there.filter(({ day }) => day === dayOf(file))
      const rows = gone.reduce((sum, each) => sum + each.rows, 0)
      return { partition: partitionPath(file.partition).replace(/\/$/, ''), files: gone.length, rows }
    })
    .filter(({ rows }) => rows > 0)
}

function dayOf({ partition }: IcebergFile): string {
  return Object.values(partition).join('/')
}

async function merge(
  table: Table,
  lake: IcebergLake,
  { files, waiting, signal }: Publication,
): Promise<PlacedRows> {
  const { duplicates } = waiting
  const change = (engine: Parameters<typeof rowsOfQuery>[0], staged: StagedFiles) =>
    committed(
      table,
      async () => {
        const [counts] = await rowsOfQuery(engine, icebergMergeCounts(table, staged), signal)
        const [inserted, replaced, same] = [counts?.inserted, counts?.replaced, counts?.same].map(Number) as [
          number,
          number,
          number,
        ]
        if (inserted + replaced > 0) await rowsOfQuery(engine, icebergMerge(table, staged), signal)
        const isNew = new Set(inserted + replaced > 0 ? waiting.keys : [])
        return { ...placed(waiting, isNew), merged: { inserted, replaced, same, duplicates } }
      },
      signal,
    )
  return withStaging(table, lake, files, signal, change)
}
