import type { CreateOnce } from '@minilake/ingest/s3'
import type { LakeStore } from '../lake-backend.js'

/** What a store does when several writers race for one key, or the error that kept us from finding out. */
export type CreateOnceFinding = { guarantee: CreateOnce } | { error: unknown }

/** Asks a bucket, at its first call only, what it does when writers race for a key. */
export type CreateOnceProbe = () => Promise<CreateOnce | undefined>

/**
 * Returns a function that asks a bucket, at its first call only, what it does when writers race for a key, and reports the answer.
 * The bucket remembers the answer, so that one request usually finds it. Where it must, the store then looks before each write. A folder
 * is not asked. Rejects only with the signal's reason.
 */
export function createOnceProbe(
  store: LakeStore,
  {
    signal,
    onFinding,
  }: { signal: AbortSignal; onFinding?: ((finding: CreateOnceFinding) => void) | undefined },
): CreateOnceProbe {
  const find = async () => {
    if (store.probeCreateOnce === undefined) return undefined
    try {
      const guarantee = await store.probeCreateOnce({ signal })
      onFinding?.({ guarantee })
      return guarantee
    } catch (error) {
      signal.throwIfAborted()
      onFinding?.({ error })
      return undefined
    }
  }
  let found: ReturnType<typeof find> | undefined
  return () => (found ??= find())
}
