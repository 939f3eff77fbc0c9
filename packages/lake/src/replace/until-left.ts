import { setTimeout as wait } from 'node:timers/promises'
import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentKey, readIntent } from './intent.js'
import { type IntentOwner, ownerOf } from './intent-owner.js'
import type { ChangeNotes } from './settled-change.js'

export interface LockOptions extends ChangeNotes {
  /** An intent whose owner has given no sign of life for this long is completed or taken back by whoever meets it. */
  resumeAfterSeconds: number
  signal: AbortSignal
}

/** An owner that lives gives several signs in this time. */
const leastWaitMillis = 3000

/** The most that the time between two looks counts: a process that was stopped, or a machine that slept, saw nothing meanwhile. */
const mostCountedMillis = 5000

/**
 * Waits until no living process changes a folder. Resolves with undefined when no intent stands, or with the one that its last owner has
 * left behind, and with that owner's number.
 *
 * An owner is dead when it has given no sign of life while this process watched, by its own monotonic clock, for `resumeAfterSeconds`. If
 * the store's clock says that the last sign is old already, watching for 3 seconds is enough. Clocks of two machines are not compared.
 */
export async function untilLeft(
  store: LakeStore,
  folder: string,
  { resumeAfterSeconds, signal, onWait }: LockOptions,
): Promise<{ intent: Intent; number: number } | undefined> {
  const resumeAfterMillis = resumeAfterSeconds * 1000
  let seen: string | undefined
  let [lookedAt, watchedMillis, enoughMillis] = [0, 0, 0]
  for (;;) {
    signal.throwIfAborted()
    const intent = await readIntent(store, folder)
    if (intent === undefined) return undefined
    const owner = await ownerOf(store, intent)
    const now = performance.now()
    const found = `${intent.id} ${owner.number} ${owner.sign}`
    if (found === seen) {
      watchedMillis += Math.min(now - lookedAt, mostCountedMillis)
    } else {
      const age = seen === undefined ? await signAgeMillis(store, intent, owner) : 0
      watchedMillis = 0
      enoughMillis = Math.max(
        Math.min(leastWaitMillis, resumeAfterMillis),
        resumeAfterMillis - Math.max(0, age),
      )
    }
    if (watchedMillis >= enoughMillis) return { intent, number: owner.number }
    if (seen === undefined) onWait?.(folder)
    ;[seen, lookedAt] = [found, now]
    await wait(Math.min(500, resumeAfterMillis / 4), undefined, { signal })
  }
}

/** How old the last sign of an owner is, by the clock of the store alone; 0 if the store does not say. */
async function signAgeMillis(store: LakeStore, intent: Intent, { signedAt }: IntentOwner): Promise<number> {
  const then = signedAt ?? (await store.find(intentKey(intent.folder)))?.modified
  const now = then && (await store.now?.())
  return then && now ? now.getTime() - then.getTime() : 0
}
