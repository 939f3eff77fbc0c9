import { readIfThere } from '../files/read-if-there.js'
import type { LakeStore } from '../lake-backend.js'
import { type Intent, intentKey, intentPrefix } from './intent.js'

/** Which owner an intent has. Owner 0 wrote the intent; each later one has taken it over. */
export interface IntentOwner {
  number: number
  /** The last sign of life that the owner gave: another text each time. Empty if it has given none. */
  sign: string
  /** When it gave the sign, by the clock of the store. Absent if it has given none, or if the store does not say. */
  signedAt: Date | undefined
}

/** The number of the owner that an intent has now. */
export async function ownerNumber(store: LakeStore, intent: Intent): Promise<number> {
  return (await lastOwner(store, intent)).number
}

/** The owner that an intent has now, with its last sign of life. */
export async function ownerOf(store: LakeStore, intent: Intent): Promise<IntentOwner> {
  const { number, signedAt } = await lastOwner(store, intent)
  return { number, signedAt, sign: (await readIfThere(store, ownerKey(intent, number))) ?? '' }
}

async function lastOwner(store: LakeStore, intent: Intent): Promise<Omit<IntentOwner, 'sign'>> {
  let last: Omit<IntentOwner, 'sign'> = { number: 0, signedAt: undefined }
  for await (const { key, modified } of store.list(ownerPrefix(intent))) {
    const number = Number(/\.(\d+)\.owner\.json$/.exec(key)?.[1] ?? -1)
    if (number >= last.number) last = { number, signedAt: modified }
  }
  return last
}

/** Makes a process the next owner of an intent. Resolves with whether it was the first to do so. */
export async function takeOver(
  store: LakeStore,
  intent: Intent,
  { number, signal }: { number: number; signal: AbortSignal },
): Promise<boolean> {
  return (await store.write(ownerKey(intent, number), [signBytes(0)], { signal })).written
}

/** Gives a sign of life of an owner, with a count that differs each time. */
export async function giveSign(
  store: LakeStore,
  intent: Intent,
  { number, count }: { number: number; count: number },
): Promise<void> {
  await store.write(ownerKey(intent, number), [signBytes(count)], { overwrite: true })
}

/** Removes what tells of an owner, or of all owners of an intent. */
export async function removeOwners(store: LakeStore, intent: Intent, number?: number): Promise<void> {
  const keys: string[] = []
  if (number === undefined) for await (const { key } of store.list(ownerPrefix(intent))) keys.push(key)
  else keys.push(ownerKey(intent, number))
  for (const key of keys) await store.remove(key)
  await store.removeEmptyFolders?.([intentKey(intent.folder)])
}

function ownerPrefix({ folder, id }: Intent): string {
  return `${intentPrefix}${folder}${id}.`
}

function ownerKey(intent: Intent, number: number): string {
  return `${ownerPrefix(intent)}${number}.owner.json`
}

/** The time is for people: no decision depends on it, because clocks of two machines differ. */
function signBytes(count: number): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ count, at: new Date().toISOString() })}\n`)
}
