import { setTimeout as wait } from 'node:timers/promises'
import type { StoredObject } from '@minilake/ingest'
import type { FolderCatalog, LakeStore } from '../lake-backend.js'
import { filesIn, isOutdated } from './files-in.js'
import { holdsFile } from './holds-file.js'
import { type AddedFile, type Intent, intentPrefix, readIntent } from './intent.js'
import {
  freeIntent,
  type HeldIntent,
  holdIntent,
  type LockOptions,
  LostIntentError,
  mostTrustMillis,
} from './intent-lock.js'

/** A data file that waits outside the lake. */
export interface NewFile extends Omit<AddedFile, 'wasThere'> {
  /** Writes it under a key, which is its own or one that readers do not see. Returns false if the key is taken, unless it is to be overwritten. */
  publish(key: string, options?: { overwrite: boolean }): Promise<boolean>
}

/** What becomes of the files of a folder. */
export interface FileChange {
  add: readonly NewFile[]
  /** Keys of files that go: data files of the folder, and truth files. */
  remove: readonly string[]
}

/** Where files are replaced. */
export interface ReplacedLake {
  store: LakeStore
  /** Absent in the embedded profile, which lists files each time. */
  catalog?: FolderCatalog | undefined
}

/** What a replacement did. */
export interface Replaced {
  added: string[]
  /** Files that were there already. */
  unchanged: string[]
  removed: string[]
}

/**
 * Replaces files of one folder: a partition, or an unpartitioned table. `decide` gets a listing of its data files and returns what is to
 * change; it is called again if another process has replaced files by the time the folder is locked. Either everything is replaced or
 * nothing: what a process leaves behind when it dies, the next call for the folder completes or takes back. Rejects with an Error when a
 * new file's key holds other content, and with the signal's reason.
 */
export async function replaceFiles(
  { table, folder }: { table: string; folder: string },
  decide: (files: readonly StoredObject[]) => Promise<FileChange>,
  lake: ReplacedLake,
  options: LockOptions,
): Promise<Replaced> {
  const { store } = lake
  for (;;) {
    await finishIntent(lake, folder, options)
    const files = await filesIn(store, folder)
    const change = await decide(files).catch(async (error: unknown) => {
      options.signal.throwIfAborted()
      // A file that it read may have gone, or its folder have been away, while another process replaced it.
      if ((await readIntent(store, folder)) || (await isOutdated(store, folder, files))) return undefined
      throw error
    })
    if (change === undefined) continue
    const there = new Set(files.map(({ key }) => key))
    const add: AddedFile[] = []
    for (const file of change.add) {
      const { key, size, etag, sha256, crc32, overwrites = false } = file
      const wasThere = there.has(key) && (await holdsFile(store, file))
      if (there.has(key) && !wasThere && !overwrites) throw otherContent(store, key)
      const checksums = { ...(sha256 && { sha256 }), ...(crc32 && { crc32 }) }
      add.push({ key, size, etag, ...checksums, wasThere, ...(overwrites && { overwrites }) })
    }
    const kept = new Set(add.map(({ key }) => key))
    const remove = change.remove.filter((key) => !kept.has(key))
    const done: Replaced = {
      added: add.filter(({ wasThere }) => !wasThere).map(({ key }) => key),
      unchanged: add.filter(({ wasThere }) => wasThere).map(({ key }) => key),
      removed: remove,
    }
    if (done.added.length + remove.length === 0) return done
    const startedAt = new Date().toISOString()
    const held = await holdIntent(
      store,
      { id: crypto.randomUUID(), table, folder, add, remove, startedAt },
      options,
    )
    if (held === undefined) continue // another process was faster: look again when it has finished
    try {
      if (await isOutdated(store, folder, files)) {
        await held.release()
        continue
      }
      await carryOut(held, change.add, lake, options.signal)
      return done
    } catch (error) {
      if (!(error instanceof LostIntentError) && !held.isReleased()) await settleAfter(error, held, lake)
      throw error
    } finally {
      held.abandon()
    }
  }
}

/** Completes or takes back what a dead process has left in a folder; waits for a living one. Resolves with the intent, if there was one. */
export async function finishIntent(
  lake: ReplacedLake,
  folder: string,
  options: LockOptions,
): Promise<Intent | undefined> {
  const left = await freeIntent(lake.store, folder, options)
  if (left === undefined) return undefined
  try {
    await settle(left, lake)
  } finally {
    left.abandon()
  }
  return left.intent
}

async function carryOut(
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
    const isWritten = await file.publish(key, { overwrite })
    if (!isWritten && !(await holdsFile(lake.store, { ...file, key }))) throw otherContent(lake.store, key)
    await held.checkOurs().catch(async (error: unknown) => {
      if (isWritten && !overwrite) await removeStray(lake.store, intent, key)
      throw error
    })
  }
  await complete(held, lake)
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
    await held.checkOurs()
    await store.replaceFolder(intent.folder, {
      next: nextPrefix(intent),
      aside: `${intentPrefix}${intent.folder}${intent.id}.old/`,
      remove: inFolder,
    })
  } else {
    await remove(inFolder)
  }
  await remove(intent.remove.filter((key) => !inFolder.includes(key)))
  await store.removeEmptyFolders?.(intent.remove)
  await held.checkOurs()
  await catalog?.register(intent.folder)
  await held.release()
}

/** Settles an intent after a failure. Rejects with an Error that says so when that fails too: the intent stays for the next command. */
async function settleAfter(failure: unknown, held: HeldIntent, lake: ReplacedLake): Promise<void> {
  await settle(held, lake).catch((cause: unknown) => {
    const reason = failure instanceof Error ? failure.message : String(failure)
    throw new Error(
      `${reason}; the change of ${held.intent.folder} is half done: run the same command again`,
      {
        cause,
      },
    )
  })
}

/** Completes an intent if all its new files are there, else takes it back. */
async function settle(held: HeldIntent, lake: ReplacedLake): Promise<void> {
  const { store, catalog } = lake
  const { intent } = held
  if (await isPublished(store, intent)) return complete(held, lake)
  for (const file of intent.add) {
    if (file.wasThere) continue
    const key = targetKey(store, intent, file.key)
    if (file.overwrites === true && key === file.key) continue // the rows of the file that it replaced
    if (await holdsFile(store, { ...file, key })) await store.remove(key)
  }
  await store.removeEmptyFolders?.(intent.add.map(({ key }) => targetKey(store, intent, key)))
  await catalog?.register(intent.folder)
  await held.release()
}

async function isPublished(store: LakeStore, intent: Intent): Promise<boolean> {
  for (const file of intent.add) {
    if (file.wasThere || (await holdsFile(store, file))) continue
    if (!(await holdsFile(store, { ...file, key: targetKey(store, intent, file.key) }))) return false
  }
  return true
}

/** Removes a file that was written after another process took the intent over and went back without it. */
async function removeStray(store: LakeStore, intent: Intent, key: string): Promise<void> {
  for (;;) {
    if ((await readIntent(store, intent.folder))?.id !== intent.id) break // it is finished
    await wait(200)
  }
  const isForward = (await isPublished(store, intent)) && !(await isAnyThere(store, intent.remove))
  if (!isForward) await store.remove(key)
}

async function isAnyThere(store: LakeStore, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) if ((await store.find(key)) !== undefined) return true
  return false
}

function otherContent(store: LakeStore, key: string): Error {
  return new Error(
    `${store.location}/${key} expected the content that its name stands for, got other content: nothing was replaced; remove the file and try again`,
  )
}

/** Where a new file goes first: in a bucket to its own key, in a folder to one that readers do not see. */
function targetKey(store: LakeStore, intent: Intent, key: string): string {
  return store.replaceFolder ? `${nextPrefix(intent)}${key.slice(intent.folder.length)}` : key
}

function nextPrefix({ folder, id }: Intent): string {
  return `${intentPrefix}${folder}${id}.new/`
}
