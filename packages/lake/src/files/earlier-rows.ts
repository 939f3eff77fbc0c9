import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { readableFooter } from './lake-file.js'
import { folderOf } from './folder-of.js'
import { mappedInOrder } from './mapped-in-order.js'
import { partitionOf } from './partition-of.js'

/** What a partition held before rows were added to it. */
export interface EarlierRows {
  /** The partition's folder, such as `event_date=2026-01-05`; empty for a table without partitions. */
  partition: string
  files: number
  /** Null when there are more than 1,000 files, whose footers would take long, and when one cannot be read. */
  rows: number | null
}

const mostFooters = 1000

/** What the partitions of new data files held before. Partitions that were empty are left out. Reads the footers of those partitions only. */
export async function earlierRows(
  table: Table,
  newKeys: readonly string[],
  store: LakeStore,
): Promise<EarlierRows[]> {
  const isNew = new Set(newKeys)
  const folders = new Set(newKeys.map(folderOf))
  const found: EarlierRows[] = []
  const earlierOf = async (folder: string): Promise<EarlierRows> => {
    const files: StoredObject[] = []
    for await (const object of dataFilesOf(table, store, folder))
      if (!isNew.has(object.key)) files.push(object)
    return { partition: partitionOf(folder), files: files.length, rows: await rowsOf(files, store) }
  }
  for await (const earlier of mappedInOrder(folders, earlierOf)) if (earlier.files > 0) found.push(earlier)
  return found
}

/** The rows of data files; null for more than 1,000 files, whose footers would take long, and when one cannot be read. */
export async function rowsOf(files: readonly StoredObject[], store: LakeStore): Promise<number | null> {
  if (files.length > mostFooters) return null
  let rows = 0
  for await (const footer of mappedInOrder(files, (file) => readableFooter(file, store))) {
    if (footer instanceof Error) return null
    rows += footer.rowCount
  }
  return rows
}
