import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentBytes, intentKey, readIntent } from './intent.js'
import { giveSign, ownerNumber, removeOwners, takeOver } from './intent-owner.js'
import { type LockOptions, untilLeft } from './until-left.js'

/** An intent that this process may carry out. */
export interface HeldIntent {
  readonly intent: Intent
  /** Aborted with a LostIntentError once it is known that the intent is no longer ours. */
  readonly lost: AbortSignal
  /** Keys that this process has given to new files, and has not yet seen that the intent was still ours then. */
  readonly late: Set<string>
  /** Resolves while the intent is ours. Rejects with a LostIntentError once another process has taken it over or finished it. */
  checkOurs(): Promise<void>
  /** Removes the intent: the work is done or taken back. */
  release(): Promise<void>
  isReleased(): boolean
  /** Gives no further sign of life, and leaves the intent to whoever comes next. */
  abandon(): Promise<void>
}

/** Another process has taken over an intent, because its owner gave no sign of life in time. */
export class LostIntentError extends Error {
  constructor({ folder }: Intent) {
    super(
      `${folder}: another process has finished this change, because this one did not respond in time: try again`,
    )
    this.name = 'LostIntentError'
  }
}

/**
 * Whether a held intent is no longer ours, looked up after a failure: a step fails in other ways too when another process has taken the
 * change over and moved its files.
 */
export async function isLost(held: HeldIntent): Promise<boolean> {
  if (!held.isReleased()) await held.checkOurs().catch(() => {})
  return held.lost.aborted
}

/** How long a process that works on many files trusts its last look at intents and marks: each look costs as much as a file or more. */
export const mostTrustMillis = 500

/** How often an owner gives a sign of life, unless it counts as dead sooner than others. */
const signMillis = 1000

/** A look at an intent that took longer is repeated, at most twice: this process may have been stopped after the store had answered. */
const mostLookMillis = 5000

/** Writes an intent. Resolves with undefined when another one stands for its folder. */
export async function holdIntent(
  store: LakeStore,
  intent: Intent,
  options: LockOptions,
): Promise<HeldIntent | undefined> {
  const bytes = [intentBytes(intent)]
  const { written } = await store.write(intentKey(intent.folder), bytes, { signal: options.signal })
  return written ? held(store, intent, 0, options) : undefined
}

/**
 * Waits until no living process changes a folder. Resolves with undefined when no intent stands, or with one that its owner has left
 * behind and that is ours to finish now.
 */
export async function freeIntent(
  store: LakeStore,
  folder: string,
  options: LockOptions,
): Promise<HeldIntent | undefined> {
  for (;;) {
    const left = await untilLeft(store, folder, options)
    if (left === undefined) return undefined
    const { intent } = left
    const number = left.number + 1
    if (!(await takeOver(store, intent, { number, signal: options.signal }))) continue
    const taken = held(store, intent, number, options)
    try {
      await taken.checkOurs() // its owner may have finished it just now
      return taken
    } catch (error) {
      await taken.abandon()
      if (!(error instanceof LostIntentError)) throw error
    }
  }
}

/** Gives signs of life in the background for owner `number`, until the intent is released, abandoned or lost. */
function held(
  store: LakeStore,
  intent: Intent,
  number: number,
  { resumeAfterSeconds }: LockOptions,
): HeldIntent {
  const lost = new AbortController()
  let count = 0
  let isReleased = false
  let sign: Promise<void> | undefined
  const checkOurs = async () => {
    lost.signal.throwIfAborted()
    if (await isOurs()) return
    clearInterval(timer)
    lost.abort(new LostIntentError(intent))
    throw lost.signal.reason as LostIntentError
  }
  const isOurs = async () => {
    const mostMillis = Math.max(100, Math.min(mostLookMillis, resumeAfterSeconds * 500))
    for (let looks = 1; ; looks += 1) {
      const start = performance.now()
      const standing = await readIntent(store, intent.folder)
      const isSame = standing?.id === intent.id && (await ownerNumber(store, intent)) === number
      if (!isSame || performance.now() - start < mostMillis || looks === 3) return isSame
    }
  }
  const nextSign = async () => {
    await checkOurs()
    await giveSign(store, intent, { number, count: (count += 1) })
  }
  const everyMillis = Math.max(25, Math.min(signMillis, resumeAfterSeconds * 250))
  const timer = setInterval(() => {
    // A failure is not the end: the next sign may succeed, and `checkOurs` tells when it is too late.
    sign ??= nextSign()
      .catch(() => {})
      .finally(() => (sign = undefined))
  }, everyMillis)
  timer.unref()
  const stop = async () => {
    clearInterval(timer)
    await sign
  }
  return {
    intent,
    lost: lost.signal,
    late: new Set(),
    checkOurs,
    isReleased: () => isReleased,
    release: async () => {
      await stop()
      await checkOurs() // else it would be the intent of another change that goes
      await store.remove(intentKey(intent.folder)) // this frees the folder; the rest is tidying up
      isReleased = true
      await removeOwners(store, intent)
    },
    abandon: async () => {
      await stop()
      // A last sign may have come after the next owner had tidied up.
      if (lost.signal.aborted) await removeOwners(store, intent, number).catch(() => {})
    },
  }
}
