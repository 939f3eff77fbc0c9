import { stat } from 'node:fs/promises'
import { type LocalFile, localFiles } from '@minilake/ingest'

/** A folder that is looked at repeatedly. */
export interface FolderWatch {
  /**
   * The data files that are new or changed, and that were not written to since the last look: a file that is still being written
   * waits for a later look. Empty when the folder does not exist.
   */
  look(): Promise<LocalFile[]>
  /** Returns a file again at the next look. */
  forget(key: string): void
}

/** Watches a folder for finished files. Linking or renaming a file counts as writing to it. */
export function watchFolder(folder: string): FolderWatch {
  let before = new Map<string, string>()
  const given = new Map<string, string>()
  return {
    look: async () => {
      const now = new Map<string, string>()
      const finished: LocalFile[] = []
      const isThere = await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (isThere) {
        for await (const file of localFiles(folder)) {
          const state = await stateOf(file.path)
          if (state === undefined) continue
          now.set(file.key, state)
          if (before.get(file.key) !== state || given.get(file.key) === state) continue
          given.set(file.key, state)
          finished.push(file)
        }
      }
      before = now
      for (const key of given.keys()) if (!now.has(key)) given.delete(key)
      return finished
    },
    forget: (key) => void given.delete(key),
  }
}

/** A text that changes when the file is written to or replaced; undefined when the file is gone. */
async function stateOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
}
