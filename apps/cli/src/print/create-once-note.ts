import type { LakeStore } from '@minilake/lake'
import type { Session } from '../session.js'

/**
 * Says so where a store does not keep a key for the first that writes it, or where that cannot be found out; asks it only the
 * first time. Resolves with what was found, if anything was; rejects with the signal's reason only.
 */
export function createOnceNote(store: LakeStore, { terminal, signal }: Pick<Session, 'terminal' | 'signal'>) {
  const { location } = store
  const find = async () => {
    try {
      const guarantee = await store.probeCreateOnce?.({ signal })
      if (guarantee === 'look-first')
        terminal.warn(
          `${location} does not honour If-None-Match: a key is looked at before it is written, so of writers that race for one the last wins`,
        )
      return guarantee
    } catch (error) {
      signal.throwIfAborted()
      const reason = error instanceof Error ? error.message : String(error)
      terminal.note(`it is not known whether ${location} keeps a key for the first that writes it: ${reason}`)
      return undefined
    }
  }
  let found: ReturnType<typeof find> | undefined
  return () => (found ??= find())
}
