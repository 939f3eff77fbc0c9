import { type Table, tablePrefix } from '@minilake/schema'
import { recordedFiles, recordKey } from '../files/file-record.js'
import { folderOf } from '../files/folder-of.js'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { intentFolders } from '../replace/intent.js'

/** Keys of the data files of a table that have a record but are gone. Those of a folder that another process is changing are not looked at. */
export async function lostFiles(table: Table, store: LakeStore): Promise<string[]> {
  const recorded = new Set(await recordedFiles(tablePrefix(table), store))
  if (recorded.size > 0) for await (const { key } of dataFilesOf(table, store)) recorded.delete(key)
  if (recorded.size === 0) return []
  const changing = new Set(await intentFolders(store, tablePrefix(table)))
  const isLost = async (key: string) =>
    !changing.has(folderOf(key)) &&
    (await store.find(recordKey(key))) !== undefined &&
    (await store.find(key)) === undefined
  const lost: string[] = []
  for (const key of recorded) if (await isLost(key)) lost.push(key)
  return lost
}
