import { mkdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ByteStream } from '../bytes/byte-stream.js'
import { type Identity, identityOf } from '../bytes/etag.js'
import { isKeyPrefix } from '../object-key.js'
import { type ObjectStore, ObjectStoreError, type WriteOptions } from '../object-store.js'
import { describeSystemError, systemErrorCode } from '../system-error.js'
import { keyPath } from './key-path.js'
import { fileBytes, fileSlice } from './local-files.js'
import { folderSync } from './sync-folder.js'
import { exists, isFinished, nameOnce, syncFile, unfinishedPath, writeUnfinished } from './unfinished-file.js'
import { type FoundFile, walkFolder } from './walk-folder.js'

/** A folder as an object store. It can also write objects before their keys are known. */
export interface FolderStore extends ObjectStore {
  /** Writes an object that stays hidden until it gets a name: for keys that depend on the content, and for all-or-nothing writes. */
  stage(bytes: ByteStream, options?: Pick<WriteOptions, 'signal'>): Promise<StagedObject>
  /** Unfinished files, which are hidden and never listed. Includes those of writers still at work. */
  unfinished(): AsyncIterable<UnfinishedFile>
  /** Removes the folders of these keys that are empty now, but not the folder of the store itself. */
  removeEmptyFolders(keys: readonly string[]): Promise<void>
}

/** A file that a writer has not finished: it is still at work, or was killed. */
export interface UnfinishedFile {
  key: string
  /** Bytes. */
  size: number
  /** When its writer last wrote to it. */
  lastActivity: Date
  /** When it was listed. */
  listedAt: Date
}

/** A complete object that is still hidden. */
export interface StagedObject extends Identity {
  /** Gives it its key, atomically. Returns false if the key is taken. */
  name(key: string): Promise<boolean>
  /** Removes it. Does nothing once it has a name. */
  discard(): Promise<void>
}

/**
 * A folder as an object store: the key is the path below the folder. Each file is written under a hidden name next to its place and
 * then renamed atomically, so that no half file is ever visible and no existing object is replaced by accident. Once a write is reported,
 * content and name are on the disk, and a power cut loses neither (where the system can flush a folder: Windows cannot).
 *
 * @example
 * ```ts
 * import { folderStore } from '@minilake/ingest'
 *
 * const store = folderStore({ folder: 'lake/bucket' })
 * await store.write('pump/a.txt', [new TextEncoder().encode('some bytes')])
 * for await (const { key, size, etag } of store.list('pump/')) console.log(key, size, await etag())
 * ```
 */
export function folderStore({ folder }: { folder: string }): FolderStore {
  const pathOf = (key: string) => keyPath(folder, key)
  const sync = folderSync()
  const failure = (doing: string, key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : new ObjectStoreError(`cannot ${doing} ${join(folder, key)}: ${describeSystemError(cause)}`, {
          key,
          location: folder,
          cause,
        })

  const stored = (key: string, path: string, { size, modified }: Pick<FoundFile, 'size' | 'modified'>) => ({
    key,
    size,
    modified,
    etag: async () => (await identityOf(fileBytes(path), { size })).etag,
  })

  const nameStaged = async (unfinished: string, key: string) => {
    const path = pathOf(key)
    try {
      if (await exists(path)) return false
      await makeFolder(dirname(path), sync)
      await syncFile(unfinished)
      const isNamed = await nameOnce(unfinished, path)
      if (isNamed) await sync(dirname(path))
      if (isNamed) await rm(unfinished, { force: true })
      return isNamed
    } catch (cause) {
      throw failure('write', key, cause)
    }
  }

  return {
    location: folder,

    async *list(prefix) {
      // As a path it could lead to another folder, even out of this one.
      if (!isKeyPrefix(prefix)) return
      const below = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      try {
        for await (const { key, path, ...found } of walkFolder(folder, { below, enter: isFinished })) {
          if (key.startsWith(prefix)) yield stored(key, path, found)
        }
      } catch (cause) {
        throw failure('list', prefix, cause)
      }
    },

    async find(key) {
      const path = pathOf(key)
      try {
        const found = await stat(path)
        const { size, mtime: modified } = found
        return found.isFile() ? stored(key, path, { size, modified }) : undefined
      } catch (cause) {
        if (systemErrorCode(cause) === 'ENOENT') return undefined
        throw failure('read', key, cause)
      }
    },

    async read(key) {
      const path = pathOf(key)
      return readFile(path).catch((cause: unknown) => {
        throw failure('read', key, cause)
      })
    },

    async slice(key, start, end) {
      const path = pathOf(key)
      return fileSlice(path, start, end).catch((cause: unknown) => {
        throw failure('read', key, cause)
      })
    },

    async open(key) {
      const path = pathOf(key)
      const failed = (cause: unknown) => failure('read', key, cause)
      const found = await stat(path).catch((cause: unknown) => Promise.reject(failed(cause)))
      if (!found.isFile()) throw failed(Object.assign(new Error('EISDIR'), { code: 'EISDIR' }))
      return (async function* () {
        try {
          yield* fileBytes(path)
        } catch (cause) {
          throw failed(cause)
        }
      })()
    },

    async write(key, bytes, { overwrite = false, signal, reread, onBytes }: WriteOptions = {}) {
      const path = pathOf(key)
      try {
        if (!overwrite && (await exists(path))) {
          return { written: false, ...(await identityOf(bytes, { signal, size: reread?.size })) }
        }
        await makeFolder(dirname(path), sync)
        const unfinished = unfinishedPath(dirname(path), basename(path))
        try {
          const identity = await writeUnfinished(unfinished, bytes, { signal, size: reread?.size, onBytes })
          await syncFile(unfinished)
          const written = overwrite
            ? await rename(unfinished, path).then(() => true)
            : await nameOnce(unfinished, path)
          if (written) await sync(dirname(path))
          return { written, ...identity }
        } finally {
          await rm(unfinished, { force: true })
        }
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('write', key, cause)
      }
    },

    async stage(bytes, { signal } = {}) {
      const unfinished = unfinishedPath(folder, 'staged')
      const discard = () => rm(unfinished, { force: true })
      try {
        await makeFolder(folder, sync)
        const identity = await writeUnfinished(unfinished, bytes, { signal }).catch(
          async (cause: unknown) => {
            await discard()
            throw cause
          },
        )
        return { ...identity, name: (key) => nameStaged(unfinished, key), discard }
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('write', basename(unfinished), cause)
      }
    },

    async remove(key) {
      const path = pathOf(key)
      await rm(path, { force: true }).catch((cause: unknown) => {
        throw failure('remove', key, cause)
      })
    },

    async *unfinished() {
      try {
        for await (const { key, size, modified } of walkFolder(folder)) {
          if (!isFinished(basename(key))) yield { key, size, lastActivity: modified, listedAt: new Date() }
        }
      } catch (cause) {
        throw failure('list', '', cause)
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

/** Makes a folder and its parents, on the disk. Node's own `recursive` option reports ENOENT on a read-only disk. */
async function makeFolder(path: string, sync: (path: string) => Promise<void>): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path), sync)
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error // otherwise another writer has just made it
  })
  await sync(dirname(path))
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
