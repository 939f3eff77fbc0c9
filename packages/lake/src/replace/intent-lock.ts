import { setTimeout as wait } from 'node:timers/promises'
import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentBytes, intentKey, intentPrefix, readIntent } from './intent.js'

/** An intent that this process may carry out. */
export interface HeldIntent {
  readonly intent: Intent
  /** Resolves while the intent is ours. Rejects with a LostIntentError once another process has taken it over or finished it. */
  checkOurs(): Promise<void>
  /** Removes the intent: the work is done or taken back. */
  release(): Promise<void>
  isReleased(): boolean
  /** Stops renewing, and leaves the intent to whoever comes next. */
  abandon(): void
}

/** Another process has taken over an intent, because its owner did not renew it in time. */
export class LostIntentError extends Error {
  constructor({ folder }: Intent) {
    super(
      `${folder}: another process has finished this change, because this one did not respond in time: try again`,
    )
    this.name = 'LostIntentError'
  }
}

/** Seconds without a sign of life after which a change counts as left behind. */
export const resumeAfterSeconds = 60

/** How long a process that works on many files trusts its last look at intents and marks: each look costs as much as a file or more. */
export const mostTrustMillis = 500

export interface LockOptions {
  /** An intent that its owner has not renewed for this long is finished by whoever meets it. */
  resumeAfterSeconds: number
  signal: AbortSignal
  /** Called once with the folder that another process is changing. */
  onWait?: ((folder: string) => void) | undefined
}

/** Writes an intent. Resolves with undefined when another one stands for its folder. */
export async function holdIntent(
  store: LakeStore,
  intent: Intent,
  { resumeAfterSeconds, signal }: LockOptions,
): Promise<HeldIntent | undefined> {
  const { written } = await store.write(intentKey(intent.folder), [intentBytes(intent)], { signal })
  if (!written) return undefined
  return held(store, intent, 0, resumeAfterSeconds)
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
    const { intent, number } = left
    const { written } = await store.write(ownerKey(intent, number + 1), [ownerBytes()], {
      signal: options.signal,
    })
    if (written) return held(store, intent, number + 1, options.resumeAfterSeconds)
  }
}

/**
 * Waits until no living process changes a folder. Resolves with undefined when no intent stands, or with the one that its last owner has
 * left behind, and with that owner's number.
 */
export async function untilLeft(
  store: LakeStore,
  folder: string,
  { resumeAfterSeconds, signal, onWait }: LockOptions,
): Promise<{ intent: Intent; number: number } | undefined> {
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted()
    const intent = await readIntent(store, folder)
    if (intent === undefined) return undefined
    const { number, renewedAt } = await ownerOf(store, intent)
    // A clock that is wrong by more than this, either way, makes no intent live for ever.
    if (Math.abs(new Date().getTime() - renewedAt.getTime()) >= resumeAfterSeconds * 1000)
      return { intent, number }
    if (round === 0) onWait?.(folder)
    await wait(Math.min(500, resumeAfterSeconds * 250), undefined, { signal })
  }
}

/** Renews an intent in the background for owner `number`, until it is released or abandoned. */
function held(store: LakeStore, intent: Intent, number: number, resumeAfterSeconds: number): HeldIntent {
  const key = ownerKey(intent, number)
  let renewal: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    // A failed renewal is not the end: the next one may succeed, and `checkOurs` tells when it is too late.
    renewal = store.write(key, [ownerBytes()], { overwrite: true }).catch(() => {})
  }, resumeAfterSeconds * 250)
  timer.unref()
  const abandon = () => clearInterval(timer)
  let isReleased = false
  const checkOurs = async () => {
    const standing = await readIntent(store, intent.folder)
    if (standing?.id !== intent.id || (await ownerOf(store, intent)).number !== number)
      throw new LostIntentError(intent)
  }
  return {
    intent,
    abandon,
    isReleased: () => isReleased,
    checkOurs,
    release: async () => {
      abandon()
      await renewal
      await checkOurs() // else it would be the intent of another change that goes
      await store.remove(intentKey(intent.folder)) // this frees the folder; the rest is tidying up
      isReleased = true
      await removeOwners(store, intent)
    },
  }
}

/** Which owner an intent has, and when it was last heard of. Owner 0 wrote the intent; each later one has taken it over. */
async function ownerOf(store: LakeStore, intent: Intent): Promise<{ number: number; renewedAt: Date }> {
  let number = 0
  let isNamed = false
  for await (const { key } of store.list(ownerPrefix(intent))) {
    const found = Number(/\.(\d+)\.owner\.json$/.exec(key)?.[1] ?? 0)
    if (found >= number) [number, isNamed] = [found, true]
  }
  const text = isNamed
    ? await store.read(ownerKey(intent, number)).then(
        (bytes) => new TextDecoder().decode(bytes),
        () => '',
      )
    : ''
  const renewedAt = new Date(/"renewedAt":"([^"]+)"/.exec(text)?.[1] ?? intent.startedAt)
  return { number, renewedAt: Number.isNaN(renewedAt.getTime()) ? new Date(0) : renewedAt }
}

async function removeOwners(store: LakeStore, intent: Intent): Promise<void> {
  const keys: string[] = []
  for await (const { key } of store.list(ownerPrefix(intent))) keys.push(key)
  for (const key of keys) await store.remove(key)
  await store.removeEmptyFolders?.([intentKey(intent.folder)])
}

function ownerPrefix({ folder, id }: Intent): string {
  return `${intentPrefix}${folder}${id}.`
}

function ownerKey(intent: Intent, number: number): string {
  return `${ownerPrefix(intent)}${number}.owner.json`
}

function ownerBytes(): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ renewedAt: new Date().toISOString() })}\n`)
}
