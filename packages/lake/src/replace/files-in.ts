import type { StoredObject } from '@minilake/ingest'
import { isSameObject } from '../files/is-same-object.js'
import type { LakeStore } from '../lake-backend.js'

/** The objects of a folder that engines read, and others beside them; those in folders below it are not its own. */
export async function filesIn(store: LakeStore, folder: string): Promise<StoredObject[]> {
  const files: StoredObject[] = []
  for await (const file of store.list(folder))
    if (!/^[_.]|\//.test(file.key.slice(folder.length))) files.push(file) // engines skip names with _ and .
  return files
}

/**
 * Whether a folder has been replaced since its files were listed: one of them is gone or was written again, or the folder was empty and no
 * longer is. Files that were only added do not matter: they stay as they would if they came later.
 */
export async function isOutdated(
  store: LakeStore,
  folder: string,
  files: readonly StoredObject[],
): Promise<boolean> {
  const now = new Map((await filesIn(store, folder)).map((file) => [file.key, file]))
  const wasEmpty = !files.some(({ key }) => key.endsWith('.parquet'))
  if (wasEmpty && [...now.keys()].some((key) => key.endsWith('.parquet'))) return true
  return files.some((file) => !isSameObject(file, now.get(file.key)))
}
