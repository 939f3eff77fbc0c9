import { truthPrefix } from '@minilake/generator'
import { ObjectStoreError } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import type { FolderCatalog, LakeBackend, LakeStore } from '../lake-backend.js'
import { checkNotRewritten, rewriteDifference } from '../register/shape-checks.js'
import { maintainStore } from '../open/maintain-store.js'
import { intentFolders, intentPrefix } from './intent.js'
import { deadSigns } from './orphan-signs.js'
import { finishIntent } from './replace-files.js'
import type { LockOptions } from './until-left.js'

/** A lake whose files can be removed and replaced. */
export type ChangeableLake = Pick<
  LakeBackend,
  'store' | 'maintenance' | 'registerTables' | 'withFolderCatalog' | 'servers' | 'resumeAfterSeconds'
>

/** What a refusal says was not done, such as 'removed'. */
interface Undone {
  undone: string
  signal: AbortSignal
}

/** Where files of a table are changed. */
interface Place {
  /** The store that may remove and replace. */
  store: LakeStore
  /** Absent in the embedded profile. */
  catalog: FolderCatalog | undefined
}

/**
 * Completes or takes back the changes of tables that dead processes have left, and waits for living ones. A file that such a change is
 * about to remove must not be taken for one that is there. Skips a table that is being rewritten: `rewriteTable` settles its changes.
 */
export async function settleIntents(
  tables: readonly Table[],
  lake: ChangeableLake,
  options: Omit<LockOptions, 'resumeAfterSeconds'>,
): Promise<void> {
  const { resumeAfterSeconds } = lake
  const left = await intentFolders(lake.store, '')
  for (const table of tables) {
    const folders = left.filter((folder) => folder.startsWith(tablePrefix(table)))
    if (folders.length === 0 || (await rewriteDifference(table, lake.store)) !== undefined) continue
    await changeTable(
      table,
      lake,
      { undone: 'changed', signal: options.signal, onWait: options.onWait },
      async ({ store, catalog }) => {
        for (const folder of folders)
          await finishIntent({ store, catalog }, folder, { ...options, resumeAfterSeconds })
      },
    )
  }
  await removeLeftovers(lake)
}

/**
 * Runs `work` with the rights to remove files of a table. Rejects with an Error, before anything is changed, for a missing right, for a table
 * that is being rewritten and, on the stack, for one that differs from its definition.
 */
export async function changeTable<T>(
  table: Table,
  lake: ChangeableLake,
  { undone, signal, onWait }: Undone & Pick<LockOptions, 'onWait'>,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  await checkNotRewritten(table, lake.store, undone)
  const store = await changingStore(table, lake, { undone, signal })
  if (lake.withFolderCatalog === undefined) return work({ store, catalog: undefined })
  // Another table under this name is not ours to unregister.
  const { differences } = await lake.registerTables([table], { signal, onWait })
  if (differences.length > 0) throw new Error(differences.join('; '))
  return lake.withFolderCatalog(table, (catalog) => work({ store, catalog }))
}

/** The store that may remove and replace the objects of a table. Throws an Error if it lacks a right, or if its intents lock nothing. */
export async function changingStore(
  table: Table,
  lake: Pick<LakeBackend, 'store' | 'maintenance' | 'resumeAfterSeconds'>,
  { undone, signal }: Undone,
): Promise<LakeStore> {
  await checkLocks(lake.store, { undone, signal })
  await removeLeftovers(lake)
  return maintainStore(lake, { objects: Object.values(prefixesOf(table)) }, { undone, signal })
}

/** The key prefixes of everything that belongs to a table. */
export function prefixesOf(table: Table): { data: string; truths: string; intents: string } {
  const data = tablePrefix(table)
  return { data, truths: `${truthPrefix}${data}`, intents: `${intentPrefix}${data}` }
}

/**
 * Removes what dead processes have left below `_intents/` and no change needs: signs of life without an intent and, in a folder, half-written
 * files. A living process writes at least as often as it renews an intent.
 */
async function removeLeftovers({
  store,
  maintenance,
  resumeAfterSeconds,
}: Pick<LakeBackend, 'store' | 'maintenance' | 'resumeAfterSeconds'>): Promise<void> {
  const keys = await deadSigns(store, resumeAfterSeconds)
  for await (const { key, lastActivity, listedAt } of store.unfinished?.(intentPrefix) ?? [])
    if (listedAt.getTime() - lastActivity.getTime() >= resumeAfterSeconds * 1000) keys.push(key)
  try {
    for (const key of keys) await (maintenance?.store ?? store).remove(key)
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error // a command that only adds files needs no right to remove
  }
  if (keys.length > 0) await store.removeEmptyFolders?.(keys)
}

/** Throws an Error for a bucket in which an intent locks nothing, because two writers may both create it. */
async function checkLocks(store: LakeStore, { undone, signal }: Undone): Promise<void> {
  if ((await store.probeCreateOnce?.({ signal })) !== 'check-then-write') return
  throw new Error(
    `nothing was ${undone}: removing and replacing files expected a store that honours If-None-Match: *, but at ${store.location} two commands could both create the object that locks a partition, and change it at once`,
  )
}
