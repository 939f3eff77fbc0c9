import { setTimeout as wait } from 'node:timers/promises'
import type { StoredObject } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { isSameObject } from '../files/is-same-object.js'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import type { ColumnChanges } from '../register/rewrite-mark.js'
import { intentFolders } from '../replace/intent.js'
import { finishIntent } from '../replace/replace-files.js'
import type { LockOptions } from '../replace/until-left.js'
import { planRewrite, type RewritePlan } from './plan-rewrite.js'
import type { ReshapeOptions } from './reshape-file.js'

/**
 * What has to be rewritten, planned again when another process has replaced or removed files meanwhile. With a lock, it first waits for
 * living processes that change the table, and completes what dead ones have left. Rejects as `planRewrite` does.
 */
export async function stablePlan(
  table: Table,
  changes: ColumnChanges,
  options: ReshapeOptions,
  lock?: LockOptions,
): Promise<RewritePlan> {
  const { store, signal } = options
  for (;;) {
    if (lock) await finishIntents(table, store, lock)
    const before = await filesOf(table, store)
    const plan = await planRewrite(table, changes, options).catch((error: unknown) => error)
    signal.throwIfAborted()
    const isLocked = lock !== undefined && (await intentFolders(store, tablePrefix(table))).length > 0
    const after = await filesOf(table, store)
    const isOutdated = [...before].some(([key, file]) => !isSameObject(file, after.get(key)))
    if (!isLocked && !isOutdated) {
      if (plan instanceof Error) throw plan
      return plan as RewritePlan
    }
    await wait(100, undefined, { signal })
  }
}

/** Completes or takes back what dead processes have left in a table, and waits for living ones. */
export async function finishIntents(table: Table, store: LakeStore, lock: LockOptions): Promise<void> {
  for (const folder of await intentFolders(store, tablePrefix(table)))
    await finishIntent({ store }, folder, lock)
}

async function filesOf(table: Table, store: LakeStore): Promise<Map<string, StoredObject>> {
  const files = new Map<string, StoredObject>()
  for await (const file of dataFilesOf(table, store)) files.set(file.key, file)
  return files
}
