import { folderOf } from '../files/folder-of.js'
import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentFolders, readIntent } from './intent.js'

/** Those of the keys that an intent names: what is found under them now may be gone, or taken back, when the change has ended. */
export async function namedKeys(store: LakeStore, keys: Iterable<string>): Promise<string[]> {
  const named = new Set<string>()
  for (const folder of await intentFolders(store, '')) {
    const intent = await readIntent(store, folder)
    if (intent) for (const key of keysOf(intent)) named.add(key)
  }
  return named.size === 0 ? [] : [...keys].filter((key) => named.has(key))
}

/** Whether an intent names a data file. */
export async function isNamed(store: LakeStore, key: string): Promise<boolean> {
  const intent = await readIntent(store, folderOf(key))
  return intent !== undefined && keysOf(intent).includes(key)
}

function keysOf({ add, remove }: Intent): string[] {
  return [...add.map(({ key }) => key), ...remove]
}
