import { randomUUID } from 'node:crypto'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { tableLockPrefix } from '../replace/intent.js'
import { freeIntent, holdIntent } from '../replace/intent-lock.js'
import { changingStore } from '../replace/settle-intents.js'
import { type LockOptions, untilLeft } from '../replace/until-left.js'

/** The lake of a table that can be locked as a whole. */
export type LockableLake = Pick<LakeBackend, 'store' | 'maintenance' | 'resumeAfterSeconds'>

/** How to wait for a lock. */
interface TableLockOptions extends Omit<LockOptions, 'resumeAfterSeconds'> {
  /** What a refusal says was not done, such as 'maintained'. */
  undone: string
}

/**
 * Runs `work` while no other process has the lock of a table, which is an intent without files: whatever dies with it has left nothing to
 * complete, and the next one takes it over. Waits for its living owner. Rejects with an Error for a missing right to remove objects.
 */
export async function withTableLock<R>(
  table: Table,
  lake: LockableLake,
  { undone, ...waiting }: TableLockOptions,
  work: (lost: AbortSignal) => Promise<R>,
): Promise<R> {
  const { signal } = waiting
  const store = await changingStore(table, lake, { undone, signal })
  const options = { ...waiting, resumeAfterSeconds: lake.resumeAfterSeconds }
  const folder = lockFolder(table)
  for (;;) {
    const left = await freeIntent(store, folder, options)
    const intent = { id: randomUUID(), table: table.name, folder, add: [], remove: [] }
    const held =
      left ?? (await holdIntent(store, { ...intent, startedAt: new Date().toISOString() }, options))
    if (held === undefined) continue
    try {
      const result = await work(held.lost)
      await held.release()
      return result
    } catch (error) {
      if (!held.isReleased()) await held.release().catch(() => undefined)
      throw error
    } finally {
      await held.abandon()
    }
  }
}

/** Waits while a living process has the lock of a table. */
export async function untilUnlocked(
  table: Table,
  lake: Pick<LakeBackend, 'store' | 'resumeAfterSeconds'>,
  waiting: Omit<LockOptions, 'resumeAfterSeconds'>,
): Promise<void> {
  await untilLeft(lake.store, lockFolder(table), { ...waiting, resumeAfterSeconds: lake.resumeAfterSeconds })
}

/** No table has this folder, so that no command takes the lock for the change of a partition. */
function lockFolder({ name }: Table): string {
  return `${tableLockPrefix}${name}/`
}
