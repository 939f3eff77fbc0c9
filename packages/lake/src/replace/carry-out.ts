import type { LakeStore } from '../lake-backend.js'
import { holdsFile } from './holds-file.js'
import type { Intent } from './intent.js'
import { type HeldIntent, mostTrustMillis } from './intent-lock.js'
import { newPrefix, oldPrefix, targetKey } from './hidden-files.js'
import { otherContent } from './other-content.js'
import type { NewFile, ReplacedLake } from './file-change.js'
import { recordFiles, removeRecords } from './record-files.js'
import type { SettledChange } from './settled-change.js'

/** Does what an intent says, with its new files. Rejects with a LostIntentError before a step that is no longer ours to take. */
export async function carryOut(
  held: HeldIntent,
  files: readonly NewFile[],
  lake: ReplacedLake,
  signal: AbortSignal,
): Promise<void> {
  const { intent } = held
  const isThere = new Map(intent.add.map(({ key, wasThere }) => [key, wasThere]))
  await held.checkOurs()
  try {
    await lake.catalog?.unregister(intent.folder)
  } catch (error) {
    await held.checkOurs()
    // Nothing has changed but perhaps the catalog, whose answer may have been lost.
    await lake.catalog?.register(intent.folder).catch(() => {})
    await held.release()
    throw error
  }
  for (const file of files) {
    if (isThere.get(file.key) === true) continue
    signal.throwIfAborted()
    await held.checkOurs()
    const key = targetKey(lake.store, intent, file.key)
    const overwrite = file.overwrites === true && key === file.key
    const isWritten = await file.publish(key, { overwrite, signal: held.lost })
    if (isWritten && !overwrite) held.late.add(key)
    if (!isWritten && !(await holdsFile(lake.store, { ...file, key }))) throw otherContent(lake.store, key)
    await held.checkOurs()
    held.late.clear() // whoever takes the change over finds the file
  }
  await complete(held, lake)
}

/** Completes an intent if all its new files are there, else takes it back; resolves with what it did. Rejects as `carryOut` does. */
export async function settle(held: HeldIntent, lake: ReplacedLake): Promise<SettledChange['outcome']> {
  const { store, catalog } = lake
  const { intent } = held
  if (await isPublished(store, intent)) {
    await complete(held, lake)
    return 'completed'
  }
  for (const file of intent.add) {
    if (file.wasThere) continue
    const key = targetKey(store, intent, file.key)
    if (file.overwrites === true && key === file.key) continue // the rows of the file that it replaced
    if (!(await holdsFile(store, { ...file, key }))) continue
    await held.checkOurs()
    await store.remove(key)
  }
  await store.removeEmptyFolders?.(intent.add.map(({ key }) => targetKey(store, intent, key)))
  await held.checkOurs()
  await catalog?.register(intent.folder)
  await held.release()
  return 'taken back'
}

/** From here on there is only forward: all new files are there. */
async function complete(held: HeldIntent, { store, catalog }: ReplacedLake): Promise<void> {
  const { intent } = held
  await held.checkOurs()
  await catalog?.unregister(intent.folder) // another process may have registered it since
  const remove = async (keys: readonly string[]) => {
    let checkedAt = -Infinity
    const look = () => void (checkedAt = performance.now())
    for (const key of keys) {
      // After a sleep, another process may have finished the change, and a third one written the same rows again.
      if (performance.now() - checkedAt > mostTrustMillis) await held.checkOurs().then(look)
      await store.remove(key)
    }
  }
  const inFolder = intent.remove.filter((key) => key.startsWith(intent.folder))
  if (store.replaceFolder) {
    await store.replaceFolder(intent.folder, {
      next: newPrefix(intent),
      aside: oldPrefix(intent),
      remove: inFolder,
      check: () => held.checkOurs(),
    })
  } else {
    await remove(inFolder)
  }
  await remove(intent.remove.filter((key) => !inFolder.includes(key)))
  await store.removeEmptyFolders?.(intent.remove)
  await held.checkOurs()
  const added = intent.add.map(({ key }) => key)
  const gone = intent.remove.filter((key) => !added.includes(key))
  await removeRecords(intent.folder, gone, store)
  await recordFiles(added, store)
  await held.checkOurs()
  await catalog?.register(intent.folder)
  await held.release()
}

/** Whether all new files of an intent are there, perhaps still out of sight. */
export async function isPublished(store: LakeStore, intent: Intent): Promise<boolean> {
  for (const file of intent.add) {
    if (file.wasThere || (await holdsFile(store, file))) continue
    if (!(await holdsFile(store, { ...file, key: targetKey(store, intent, file.key) }))) return false
  }
  return true
}
