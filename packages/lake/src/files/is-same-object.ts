import type { StoredObject } from '@minilake/ingest'

/** Whether an object is still the one that was found before, and not written again since. */
export function isSameObject(before: StoredObject, now: StoredObject | undefined): boolean {
  return now?.size === before.size && now.modified?.getTime() === before.modified?.getTime()
}
