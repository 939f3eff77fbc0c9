import type { StoredObject } from '@minilake/ingest'
import {
  eventTimeColumn,
  millisPerDay,
  parsePartitionPath,
  findUtcDay,
  partitionsOf,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { dataFilesOf } from '../lake-backend.js'
import { filesAndTruth } from '../replace/files-and-truth.js'
import { intentFolders } from '../replace/intent.js'
import { resumeAfterSeconds } from '../replace/intent-lock.js'
import { replaceFiles } from '../replace/replace-files.js'
import { type ChangeableLake, changeTable, settleIntents } from '../replace/settle-intents.js'
import { UsageError } from '../usage-error.js'

/** What to remove from a table, and whether to do it. */
export interface RemoveDataOptions {
  /** First moment, the start of a UTC day. Default: from the table's first. */
  from?: Date
  /** The moment after the last, the start of a UTC day. Default: to the table's last. */
  to?: Date
  /** Remove it. Default false: only list it. */
  remove?: boolean
  /** Called with the key prefix of a partition that another process is changing at the moment; the removal waits for it. */
  onWait?: (folder: string) => void
  signal: AbortSignal
}

/** Data files of one partition, or of an unpartitioned table. */
export interface RemovedFolder {
  /** Key prefix: `turbine/event_date=2026-01-05/`. */
  folder: string
  files: number
  /** Bytes of the data files. */
  bytes: number
}

/** What was removed, or would be. */
export interface RemoveReport {
  table: string
  /** Ordered by key prefix. */
  folders: RemovedFolder[]
  files: number
  bytes: number
  isRemoved: boolean
  /** Key prefixes of folders in which an earlier change was interrupted. With `remove`, they have been completed or taken back. */
  interrupted: string[]
}

/**
 * Finds the data files of a table for a range of days and removes them on request, with the truth of simulated ones. The files of a
 * partition go together: a process that dies in between leaves all or none, or the rest to the next `remove`. Rejects with a UsageError for
 * a range that is not of whole days, and for any range on a table that is not partitioned by day.
 */
export async function removeData(
  table: Table,
  lake: ChangeableLake,
  { remove = false, onWait, signal, ...range }: RemoveDataOptions,
): Promise<RemoveReport> {
  const isWanted = folderFilter(table, range)
  const interrupted = remove
    ? await settleIntents([table], lake, { signal, onWait })
    : await intentFolders(lake.store, tablePrefix(table))
  const found = new Map<string, RemovedFolder>()
  for await (const { key, size } of dataFilesOf(table, lake.store)) {
    const folder = folderOf(key)
    if (!isWanted(folder)) continue
    const { files, bytes } = found.get(folder) ?? { files: 0, bytes: 0 }
    found.set(folder, { folder, files: files + 1, bytes: bytes + size })
  }
  if (remove && found.size > 0) {
    await changeTable(table, lake, signal, async (place) => {
      for (const folder of found.keys()) {
        signal.throwIfAborted()
        const decide = async (files: readonly StoredObject[]) => ({
          add: [],
          remove: await filesAndTruth(files, place.store),
        })
        const options = { resumeAfterSeconds, signal, onWait }
        await replaceFiles({ table: table.name, folder }, decide, place, options)
      }
    })
  }
  const folders = [...found.values()]
  return {
    table: table.name,
    folders,
    files: folders.reduce((sum, { files }) => sum + files, 0),
    bytes: folders.reduce((sum, { bytes }) => sum + bytes, 0),
    isRemoved: remove,
    interrupted,
  }
}

/** Tells the folders of a range of days. Throws a UsageError for a range that folders cannot tell. */
function folderFilter(
  table: Table,
  { from, to }: Pick<RemoveDataOptions, 'from' | 'to'>,
): (folder: string) => boolean {
  if (from === undefined && to === undefined) return () => true
  const time = eventTimeColumn(table)
  const partition = partitionsOf(table).find(([, { from: column }]) => column === time)
  if (partition === undefined) {
    throw new UsageError(
      `remove expected no range for table ${table.name}, which is not partitioned by day: its files can only be removed together`,
    )
  }
  for (const moment of [from, to]) {
    if (moment === undefined || moment.getTime() % millisPerDay === 0) continue
    throw new UsageError(
      `remove expected whole days, because it removes whole partitions, got ${moment.toISOString()}`,
    )
  }
  return (folder) => {
    const day = parsePartitionPath(folder.slice(tablePrefix(table).length))[partition[0]] ?? ''
    const found = findUtcDay(day)
    if (found === undefined) return false // a folder of no day, which minilake doctor --deep names
    const start = found * millisPerDay
    return (from === undefined || start >= from.getTime()) && (to === undefined || start < to.getTime())
  }
}
