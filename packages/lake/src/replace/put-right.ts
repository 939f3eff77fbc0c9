import type { StoredObject } from '@minilake/ingest'
import { isSameObject } from '../files/is-same-object.js'
import type { LakeStore } from '../lake-backend.js'
import { isPublished } from './carry-out.js'
import { newPrefix, oldPrefix } from './hidden-files.js'
import { type Intent, readIntent } from './intent.js'
import { type HeldIntent, holdIntent } from './intent-lock.js'
import type { ReplacedLake } from './file-change.js'
import { type LockOptions, untilLeft } from './until-left.js'

/**
 * Makes up for the step that a process took too late, after it had been stopped for long and another one had finished its change: a file
 * that it published goes, a folder that it moved comes back, and the catalog gets the folder again. Waits until no change of the folder is
 * under way; does nothing if a dead process has left one, because the command that completes it lists the files again. `listed` are the
 * files of the folder as they were before the change.
 */
export async function putRight(
  { intent, late }: HeldIntent,
  { store, catalog }: ReplacedLake,
  { listed = [], ...options }: LockOptions & { listed?: readonly StoredObject[] },
): Promise<void> {
  const { folder } = intent
  if (await untilLeft(store, folder, options)) return
  if (store.replaceFolder) {
    for (const key of late) await store.remove(key) // nobody has seen it yet
    await store.removeEmptyFolders?.([...late])
    for (const hidden of [oldPrefix(intent), newPrefix(intent)])
      if (await isAnyBelow(store, hidden)) await moveBack(hidden, intent, store, options)
  } else if (late.size > 0) {
    if (await isTakenBack(intent, listed, store)) for (const key of late) await store.remove(key)
  }
  for (; catalog;) {
    await catalog.register(folder)
    if ((await readIntent(store, folder)) === undefined) return
    await catalog.unregister(folder) // a change has begun: its owner registers the folder, or has just done so
    if (await untilLeft(store, folder, options)) return
  }
}

/** Moves files back into their folder, beside those that it has now. */
async function moveBack(
  hidden: string,
  { table, folder }: Intent,
  store: LakeStore,
  options: LockOptions,
): Promise<void> {
  const nothing = { table, folder, add: [], remove: [], startedAt: new Date().toISOString() }
  for (;;) {
    const held = await holdIntent(store, { id: crypto.randomUUID(), ...nothing }, options)
    if (held) {
      try {
        const aside = oldPrefix(held.intent)
        await store.replaceFolder?.(folder, { next: hidden, aside, remove: [] })
        return await held.release()
      } finally {
        await held.abandon()
      }
    }
    if (await untilLeft(store, folder, options)) return
  }
}

async function isAnyBelow(store: LakeStore, prefix: string): Promise<boolean> {
  for await (const _object of store.list(prefix)) return true
  return false
}

/** Whether another process took a change back: then old files are what they were, if there were any, and new ones may be missing. */
async function isTakenBack(
  intent: Intent,
  listed: readonly StoredObject[],
  store: LakeStore,
): Promise<boolean> {
  const old = listed.filter(({ key }) => intent.remove.includes(key))
  if (old.length === 0) return !(await isPublished(store, intent))
  for (const file of old) if (isSameObject(file, await store.find(file.key))) return true
  return false
}
