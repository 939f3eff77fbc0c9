import { randomUUID } from 'node:crypto'
import { ObjectStoreError } from '@minilake/ingest'
import type { LakeBackend, LakeStore } from '../lake-backend.js'

/** What a command is about to remove or replace. */
export interface PlannedRemoval {
  /** Prefixes of the keys of objects, such as `pump/`. */
  objects: readonly string[]
  /** Prefixes of the keys of unfinished uploads. Default: none. */
  uploads?: readonly string[]
}

/**
 * The store for commands that remove or replace objects; it signs with the maintain key. Call it once it is known what is to be
 * removed, and before anything is changed: it rejects with an Error that names the key and how to set it if the key lacks a right.
 * A folder needs no key. `undone` is what the sentence says was not done: 'removed'.
 */
export async function maintainStore(
  lake: Pick<LakeBackend, 'store' | 'maintenance'>,
  { objects, uploads = [] }: PlannedRemoval,
  { undone, signal }: { undone: string; signal: AbortSignal },
): Promise<LakeStore> {
  const { maintenance } = lake
  if (maintenance === undefined) return lake.store
  const { store, keyName, fix } = maintenance
  const check = async (prefix: string, right: string, request: Promise<void> | undefined) => {
    try {
      await request
    } catch (cause) {
      signal.throwIfAborted()
      if (!(cause instanceof ObjectStoreError) || !isRefusal(cause.code)) throw cause
      const trouble =
        cause.code === 'AccessDenied'
          ? `lacks the right ${right} below ${store.location}/${prefix}`
          : 'is not accepted by S3'
      throw new RefusedKeyError(`the S3 key ${keyName} ${trouble}`, { undone, fix, cause })
    }
  }
  for (const prefix of objects)
    await check(prefix, 's3:DeleteObject', store.checkRemoval?.(prefix, { signal }))
  for (const prefix of uploads) {
    // S3 checks the right before it looks for the upload, and no upload has this id.
    const nothing = { key: `${prefix}${randomUUID()}`, uploadId: randomUUID() }
    await check(prefix, 's3:AbortMultipartUpload', store.abortUpload?.(nothing))
  }
  return store
}

/** S3 refuses the key that removes and replaces objects. */
export class RefusedKeyError extends Error {
  /** What is wrong with the key, without what was not done. */
  readonly reason: string
  /** How to get a key that may remove objects. */
  readonly fix: string

  constructor(
    reason: string,
    { undone, fix, cause }: { undone: string; fix: string; cause: ObjectStoreError },
  ) {
    super(`nothing was ${undone}: ${reason}: ${fix}`, { cause })
    this.name = 'RefusedKeyError'
    this.reason = reason
    this.fix = fix
  }

  /** Whether S3 does not know the key or its secret; else it lacks a right. */
  get isUnknown(): boolean {
    return (this.cause as ObjectStoreError).code !== 'AccessDenied'
  }
}

function isRefusal(code: string | undefined): boolean {
  return code === 'AccessDenied' || code === 'InvalidAccessKeyId' || code === 'SignatureDoesNotMatch'
}
