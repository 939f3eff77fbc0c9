import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentPrefix } from './intent.js'

/** Where a new file goes first: in a bucket to its own key, in a folder to one that readers do not see. */
export function targetKey(store: LakeStore, intent: Intent, key: string): string {
  return store.replaceFolder ? `${newPrefix(intent)}${key.slice(intent.folder.length)}` : key
}

/** The key prefix below which the new files of a folder wait. */
export function newPrefix({ folder, id }: Intent): string {
  return `${intentPrefix}${folder}${id}.new/`
}

/** The key prefix below which the old files of a folder are while they are replaced. */
export function oldPrefix({ folder, id }: Intent): string {
  return `${intentPrefix}${folder}${id}.old/`
}
