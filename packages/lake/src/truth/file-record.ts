import { truthKey, truthPrefix, truthSubject } from '@minilake/generator'
import { type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { intentFolders } from '../replace/intent.js'

const extension = '.record'

/** The key of the record of a data file: where its truth would be, with another extension. */
export function recordKey(dataKey: string): string {
  return truthKey(dataKey).replace(/\.json$/, extension)
}

/**
 * Records that data files are in the lake, so that `verify` can name one that is gone. A file that has a truth needs no record. Does nothing
 * for files that have one already, and leaves none of a file that another process removes meanwhile.
 */
export async function recordFiles(
  dataKeys: readonly string[],
  store: LakeStore,
  signal?: AbortSignal,
): Promise<void> {
  const recorded = mappedInOrder(dataKeys, async (key) => {
    signal?.throwIfAborted()
    const record = new TextEncoder().encode(`${JSON.stringify({ file: key })}\n`)
    const { written } = await store.write(recordKey(key), [record])
    // Whoever removes a file removes its record afterwards: one of the two finds what the other left.
    if (written && (await store.find(key)) === undefined) await store.remove(recordKey(key))
  })
  for await (const _done of recorded);
}

/** Keys of the data files of a table that have a record but are gone. Those of a folder that another process is changing are not looked at. */
export async function lostFiles(table: Table, store: LakeStore): Promise<string[]> {
  const recorded = new Set<string>()
  for await (const { key } of store.list(`${truthPrefix}${tablePrefix(table)}`))
    if (key.endsWith(extension)) recorded.add(truthSubject(key.replace(/\.record$/, '.json')))
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
