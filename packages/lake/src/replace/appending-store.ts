import type { FolderStore } from '@minilake/ingest'
import { isNamed } from './named-keys.js'

/**
 * A folder for writers of new data files: a key that an intent names is looked for, and given to a file, only when the change has ended.
 * `settle` waits for that, or completes what a dead process has left.
 */
export function appendingStore(store: FolderStore, settle: () => Promise<unknown>): FolderStore {
  /** Resolves with whether the key had to be waited for. */
  const untilUnnamed = async (key: string): Promise<boolean> => {
    let hasWaited = false
    while (await isNamed(store, key)) {
      await settle()
      hasWaited = true
    }
    return hasWaited
  }
  return {
    ...store,
    find: async (key) => {
      await untilUnnamed(key)
      return store.find(key)
    },
    stage: async (...args) => {
      const staged = await store.stage(...args)
      return {
        ...staged,
        name: async (key) => {
          await untilUnnamed(key)
          const isNew = await staged.name(key)
          // An intent may have come in between, by a process that saw an older file of this key.
          if (isNew && (await untilUnnamed(key)) && (await store.find(key)) === undefined)
            throw new Error(
              `${store.location}/${key} was removed by another command while it was being written: run the same command again`,
            )
          return isNew
        },
      }
    },
  }
}
