import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from '@minilake/import'
import { type FolderStore, folderStore, type StoredObject } from '@minilake/ingest'
import { parsePartitionPath, type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { importsOf } from '../files/imports-of.js'
import { readableFooter } from '../files/lake-file.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { type NewDataFile, type NewFiles, newFiles } from '../replace/new-files.js'
import { onlyFile } from '../replace/only-file.js'
import type { ReplacedLake } from '../replace/file-change.js'
import { replaceFiles } from '../replace/replace-files.js'
import { storedRows } from '../replace/stored-rows.js'
import { type MergeCounts, mergeRows } from './merge-rows.js'
import type { ReplaceRowsOptions } from './overwrite-partitions.js'
import type { PlacedRows, RowsTarget } from './rows-target.js'
import { stageFile } from './stage-file.js'
import { stagePartitions } from './stage-partitions.js'
import { stagedFiles } from './staged-files.js'

/** How to merge rows into a table. */
export interface MergeRowsOptions extends ReplaceRowsOptions {
  /** What the DuckDB that reads stored rows may use. */
  duckDb: DuckDbLimits
}

/** The stored objects of a partition after a merge, and what became of the new rows. */
interface MergedPartition {
  files: { key: string; size: number; isNew: boolean }[]
  counts: MergeCounts
}

/**
 * Merges rows into a table by its key: each partition that they touch gets a new data file in place of those that are there, unless it has
 * all rows already. The partitions are replaced one by one, each wholly or not at all.
 */
export function mergePartitions(
  table: Table,
  place: ReplacedLake,
  { tempFolder = tmpdir(), duckDb, ...options }: MergeRowsOptions,
): RowsTarget {
  const { signal } = options
  const { store } = place
  let arrived: { files: FolderStore; remove: () => Promise<void> } | undefined
  let staged: { importId: string; files: string[] } = { importId: '', files: [] }

  /** Stages the rows of stored files together with the new ones of a partition. */
  const stageMerged = async (
    stored: readonly StoredObject[],
    { file, from }: { file: StoredObject; from: FolderStore },
    files: NewFiles,
  ) => {
    const partition = parsePartitionPath(file.key.slice(tablePrefix(table).length))
    const imports = await importsIn(stored, staged.importId, store)
    const rows = {
      stored: storedRows(table, stored, store, { duckDb, signal }),
      arrived: storedRows(table, [file], from, { duckDb, signal }),
    }
    return mergeRows(table, rows, (batches) => {
      signal.throwIfAborted()
      return stageFile(table, { partition, batches }, files, { prefix: 'merge', imports })
    })
  }

  const merge = async (file: StoredObject, from: FolderStore): Promise<MergedPartition> => {
    const folder = folderOf(file.key)
    const files = await newFiles(store, { tempFolder, signal })
    let merged: MergedPartition | undefined
    try {
      const decide = async (objects: readonly StoredObject[]) => {
        const stored = objects.filter(({ key }) => key.endsWith('.parquet'))
        const { result, counts } = await stageMerged(stored, { file, from }, files)
        const isChanged = counts.inserted + counts.replaced > 0
        const kept = stored.map(({ key, size }) => ({ key, size, isNew: false }))
        merged = { counts, files: isChanged ? [newOf(result)] : kept }
        return isChanged ? onlyFile(result, objects, store) : { add: [], remove: [] }
      }
      const { added } = await replaceFiles({ table: table.name, folder }, decide, place, options)
      if (merged === undefined) throw new Error(`${folder} expected a decision`)
      const isNew = new Set(added)
      return { ...merged, files: merged.files.map((each) => ({ ...each, isNew: isNew.has(each.key) })) }
    } finally {
      await files.discard()
    }
  }

  return {
    stage: async (batches, how) => {
      const temporary = await privateFolder(tempFolder, 'write')
      const files = folderStore({ folder: join(temporary.path, 'files') }) // beside the file that names its owner
      arrived = { files, remove: () => temporary.remove() }
      const { sortedBy: _, ...inOrderOfArrival } = table
      const waiting = stagedFiles(files, { signal })
      staged = await stagePartitions<Table, string>(inOrderOfArrival, batches, waiting, how)
      await waiting.name()
    },
    publish: async () => {
      const merged: MergedPartition[] = []
      for (const key of staged.files) {
        signal.throwIfAborted()
        const file = await arrived?.files.find(key)
        if (arrived === undefined || file === undefined)
          throw new Error(`${key} was removed before it was merged: try again`)
        merged.push(await merge(file, arrived.files))
      }
      return placedRows(staged.importId, merged)
    },
    discard: async () => arrived?.remove(),
  }
}

function newOf({ key, size }: NewDataFile) {
  return { key, size, isNew: true }
}

function placedRows(importId: string, partitions: readonly MergedPartition[]): PlacedRows {
  const files = partitions.flatMap((partition) => partition.files)
  const newKeys = files.filter(({ isNew }) => isNew).map(({ key }) => key)
  const sum = (count: keyof MergeCounts) => partitions.reduce((total, { counts }) => total + counts[count], 0)
  return {
    importId,
    written: newKeys.length,
    unchanged: files.length - newKeys.length,
    bytes: files.reduce((total, { size }) => total + size, 0),
    keys: files.map(({ key }) => key),
    newKeys,
    merged: {
      inserted: sum('inserted'),
      replaced: sum('replaced'),
      same: sum('same'),
      duplicates: sum('duplicates'),
    },
  }
}

/** The IDs of the imports that stored files come from, and of the new one, sorted. */
async function importsIn(
  files: readonly StoredObject[],
  importId: string,
  store: LakeStore,
): Promise<string[]> {
  const imports = new Set([importId])
  for await (const footer of mappedInOrder(files, (file) => readableFooter(file, store)))
    if (!(footer instanceof Error)) importsOf(footer).forEach((id) => imports.add(id))
  return [...imports].sort()
}
