import type { LakeStore } from '../lake-backend.js'
import { importsOf } from './imports-of.js'
import { readableFooter } from './lake-file.js'
import { mappedInOrder } from './mapped-in-order.js'

/** Data files with the rows of an import that an earlier import wrote. */
export interface SharedFiles {
  /** The ID of the earlier import: removing it removes these files. */
  importId: string
  files: number
}

/** The earlier imports that wrote data files, given by their keys, ordered by ID. Reads the footers of those files. */
export async function sharedFiles(
  keys: readonly string[],
  importId: string,
  store: LakeStore,
): Promise<SharedFiles[]> {
  const files = new Map<string, number>()
  const footerOf = async (key: string) => {
    const found = await store.find(key)
    return found && readableFooter(found, store)
  }
  for await (const footer of mappedInOrder(keys, footerOf)) {
    if (footer === undefined || footer instanceof Error) continue
    const imports = importsOf(footer)
    if (imports.includes(importId)) continue
    for (const id of imports) files.set(id, (files.get(id) ?? 0) + 1)
  }
  return [...files]
    .map(([id, count]) => ({ importId: id, files: count }))
    .sort((a, b) => (a.importId < b.importId ? -1 : 1))
}
