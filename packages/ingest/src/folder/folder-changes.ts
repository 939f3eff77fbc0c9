import { open, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isUnfinishedName } from '../object-key.js'
import type { ObjectStoreError } from '../object-store.js'
import type { FolderStore } from './folder-objects.js'
import { makeFolder } from './make-folder.js'
import { checkReplaceable, replaceFolder } from './replace-folder.js'
import { unfinishedPath } from './unfinished-file.js'
import { walkFolder } from './walk-folder.js'

/** A folder that is a store, as its other members see it. */
interface StoreFolder {
  folder: string
  /** Throws a RangeError for a key that could lead out of the folder. */
  pathOf: (key: string) => string
  /** Flushes a folder to disk. */
  sync: (path: string) => Promise<void>
  failure: (doing: string, key: string, cause: unknown) => ObjectStoreError
}

/** The members of a folder's store that only those who change whole folders need. */
export function folderChanges({
  folder,
  pathOf,
  sync,
  failure,
}: StoreFolder): Pick<
  FolderStore,
  'now' | 'unfinished' | 'checkRemoval' | 'replaceFolder' | 'removeEmptyFolders'
> {
  return {
    async now() {
      const path = unfinishedPath(folder, 'clock')
      try {
        await makeFolder(folder, sync)
        const file = await open(path, 'wx')
        try {
          return (await file.stat()).mtime
        } finally {
          await file.close()
          await rm(path, { force: true })
        }
      } catch (cause) {
        throw failure('write', basename(path), cause)
      }
    },

    async *unfinished(below = '') {
      try {
        for await (const { key, size, modified } of walkFolder(folder, { below })) {
          if (isUnfinishedName(basename(key)))
            yield { key, size, lastActivity: modified, listedAt: new Date() }
        }
      } catch (cause) {
        throw failure('list', below, cause)
      }
    },

    async checkRemoval(prefix) {
      const path = join(folder, prefix.slice(0, -1))
      try {
        await checkReplaceable(path)
      } catch (cause) {
        throw failure('replace files of', prefix, cause)
      }
    },

    async replaceFolder(prefix, { next, aside, remove, check }) {
      try {
        const names = new Set(remove.map((key) => basename(pathOf(key))))
        // With its slash, a path would be that of the folder behind a link.
        const at = (key: string) => join(folder, key.slice(0, -1))
        const paths = { folder: at(prefix), next: at(next), aside: at(aside) }
        await replaceFolder({ ...paths, remove: names, ...(check && { check }) }, sync)
      } catch (cause) {
        throw failure('replace files of', prefix, cause)
      }
    },

    async removeEmptyFolders(keys) {
      const folders = new Set<string>()
      for (const key of keys) {
        for (let above = dirname(key); above !== '.'; above = dirname(above)) folders.add(above)
      }
      const innermostFirst = [...folders].sort((a, b) => b.length - a.length)
      for (const name of innermostFirst) await rmdir(join(folder, name)).catch(() => {}) // it is not empty
    },
  }
}
