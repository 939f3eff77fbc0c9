import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { rowsOf } from '../files/earlier-rows.js'
import { recordedFiles, recordKey } from '../files/file-record.js'
import { folderOf } from '../files/folder-of.js'
import { neighbourRows } from '../files/neighbour-rows.js'
import { partitionOf } from '../files/partition-of.js'
import { type NewDataFile, type NewFiles, newFiles } from '../replace/new-files.js'
import { onlyFile } from '../replace/only-file.js'
import type { ReplacedLake } from '../replace/file-change.js'
import { replaceFiles } from '../replace/replace-files.js'
import type { LockOptions } from '../replace/until-left.js'
import type { OverwrittenRows, RowsTarget } from './rows-target.js'
import { stagePartitions } from './stage-partitions.js'

/** How to replace rows of a table. */
export interface ReplaceRowsOptions extends LockOptions {
  /** Where data files for a bucket wait until they are uploaded. Default: the system's folder for temporary files. */
  tempFolder?: string | undefined
}

/**
 * Replaces the partitions that rows touch: afterwards they hold these rows only. The partitions are replaced one by one, each wholly or
 * not at all.
 */
export function overwritePartitions(
  table: Table,
  place: ReplacedLake,
  { tempFolder, ...options }: ReplaceRowsOptions,
): RowsTarget {
  const { store } = place
  let files: NewFiles | undefined
  let staged: { importId: string; files: NewDataFile[] } = { importId: '', files: [] }

  const replace = async (file: NewDataFile) => {
    const folder = folderOf(file.key)
    let overwritten: OverwrittenRows | undefined
    const decide = async (objects: readonly StoredObject[]) => {
      const change = await onlyFile(file, objects, store)
      // Files that were lost from the day are replaced, too.
      const recorded = (await recordedFiles(folder, store)).filter((key) => key !== file.key)
      const going = objects.filter(({ key }) => key.endsWith('.parquet') && change.remove.includes(key))
      overwritten =
        going.length === 0
          ? undefined
          : { partition: partitionOf(folder), files: going.length, rows: await rowsOf(going, store) }
      return { ...change, remove: [...change.remove, ...recorded.map(recordKey)] }
    }
    const { added } = await replaceFiles({ table: table.name, folder }, decide, place, options)
    return { isNew: added.length > 0, overwritten }
  }

  return {
    stage: async (batches, how) => {
      files = await newFiles(store, { tempFolder, signal: options.signal })
      staged = await stagePartitions(table, batches, files, how)
    },
    publish: async () => {
      const keys: string[] = []
      const newKeys: string[] = []
      const overwritten: OverwrittenRows[] = []
      let bytes = 0
      for (const file of staged.files) {
        options.signal.throwIfAborted()
        const done = await replace(file)
        keys.push(file.key)
        bytes += file.size
        if (done.isNew) newKeys.push(file.key)
        if (done.overwritten) overwritten.push(done.overwritten)
      }
      const { importId } = staged
      return {
        importId,
        written: newKeys.length,
        unchanged: keys.length - newKeys.length,
        bytes,
        keys,
        newKeys,
        overwritten,
        neighbours: await neighbourRows(table, keys, store),
      }
    },
    discard: async () => files?.discard(),
  }
}
