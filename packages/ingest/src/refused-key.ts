import { ObjectStoreError } from './object-store.js'

/** What some stores cannot hold, although others can. The words are those of the error. */
const refusals = {
  besideFolder: 'a key below another object, or an object whose key is a folder of others',
  brokenLink: 'an object in place of a broken link',
  windowsName: 'a name that Windows reserves, or with one of < > : " | ? * or a dot or blank at its end',
} as const

/** A kind of object that some stores cannot hold. */
export type Refusal = keyof typeof refusals

/** The error for an object that the store cannot hold: one sentence for all stores, with the code `KeyNotSupported`. */
export function refusedKey(
  refusal: Refusal,
  { path, key, location, cause }: { path: string; key: string; location: string; cause?: unknown },
): ObjectStoreError {
  const message = `cannot write ${path}: ${refusalReason(refusal)}`
  return new ObjectStoreError(message, { key, location, cause, code: 'KeyNotSupported' })
}

/** Says in half a sentence what the store cannot hold, and what to do. */
export function refusalReason(refusal: Refusal): string {
  return `this store cannot hold ${refusals[refusal]}: choose another key`
}
