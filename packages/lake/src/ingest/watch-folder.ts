import { stat } from 'node:fs/promises'
import { type LocalFile, localFiles } from '@minilake/ingest'

/** Looks at a folder now and then. */
export interface FolderWatch {
  /**
   * The data files that are new or have changed, and that nobody has written to since the last look: one still being written is
   * left for a later one. None where there is no folder.
   */
  look(): Promise<LocalFile[]>
  /** Gives a file out again at the next look. */
  forget(key: string): void
}

/** Watches a folder for finished files. Links and renames count as writing. */
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

/** What changes when a file is written to or replaced; undefined where it has gone meanwhile. */
async function stateOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
}
