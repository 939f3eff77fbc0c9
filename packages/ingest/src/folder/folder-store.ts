import { open, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { identityOf } from '../bytes/etag.js'
import { isKeyPrefix, isUnfinishedName } from '../object-key.js'
import { ObjectStoreError, type StoredObject, type WriteOptions } from '../object-store.js'
import { type Refusal, refusedKey } from '../refused-key.js'
import { describeSystemError, systemErrorCode } from '../system-error.js'
import { folderChanges } from './folder-changes.js'
import type { FolderStore } from './folder-objects.js'
import { hasWindowsName, keyPath } from './key-path.js'
import { fileBytes, fileSlice } from './local-files.js'
import { isFolder, makeFolder } from './make-folder.js'
import { folderSync } from './sync-folder.js'
import { exists, nameOnce, syncFile, unfinishedPath, writeUnfinished } from './unfinished-file.js'
import { type FoundFile, walkFolder } from './walk-folder.js'
import { whileFolderMoves } from './while-folder-moves.js'

/**
 * A folder as an object store: the key is the path below the folder. Each file is written under a hidden name next to its place and
 * then renamed atomically, so that no half file is ever visible and no existing object is replaced by accident. Once a write is reported,
 * content and name are on the disk, and a power cut loses neither (where the system can flush a folder: Windows cannot). Links to files
 * and to folders are followed, in every way of listing, reading and writing.
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
  const folderOf = (key: string) => (dirname(key) === '.' ? folder : pathOf(dirname(key)))
  const sync = folderSync()
  const failure = (doing: string, key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : new ObjectStoreError(`cannot ${doing} ${join(folder, key)}: ${describeSystemError(cause)}`, {
          key,
          location: folder,
          cause,
          code: systemErrorCode(cause),
        })

  /** The failure of a write: also what only a folder cannot hold. */
  const writeFailure = async (key: string, cause: unknown) => {
    const refusal = refusalsByCode[systemErrorCode(cause) ?? '']
    if (refusal === undefined || !(await isFolder(folder))) return failure('write', key, cause)
    return refusedKey(refusal, { path: join(folder, key), key, location: folder, cause })
  }

  /** The path for a new object. Throws for a key that the system would store under another name. */
  const writablePathOf = (key: string) => {
    const path = pathOf(key)
    if (sep === '/' || !hasWindowsName(key)) return path
    throw refusedKey('windowsName', { path, key, location: folder })
  }

  const stored = (
    key: string,
    path: string,
    { size, modified }: Pick<FoundFile, 'size' | 'modified'>,
  ): StoredObject => ({
    key,
    size,
    modified,
    etag: async () => (await identityOf(fileBytes(path), { size })).etag,
  })

  const nameStaged = async (unfinished: string, key: string) => {
    const path = writablePathOf(key)
    try {
      if (await exists(path)) return false
      await syncFile(unfinished)
      const isNamed = await whileFolderMoves(async () => {
        await makeFolder(dirname(path), sync)
        return nameOnce(unfinished, path)
      })
      if (isNamed) await sync(dirname(path)).then(() => rm(unfinished, { force: true }))
      return isNamed
    } catch (cause) {
      throw await writeFailure(key, cause)
    }
  }

  return {
    location: folder,

    async *list(prefix) {
      // As a path it could lead to another folder, even out of this one.
      if (!isKeyPrefix(prefix)) return
      const below = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      try {
        for await (const { key, path, ...found } of walkFolder(folder, {
          below,
          enter: (name) => !isUnfinishedName(name),
        })) {
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
        const code = systemErrorCode(cause) ?? ''
        if (['ENOENT', 'ELOOP'].includes(code)) return undefined
        if (code === 'ENOTDIR' && (await isFolder(folder))) return undefined // it would be below another object
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
      const path = writablePathOf(key)
      try {
        if ((await exists(path)) && !overwrite) {
          return { written: false, ...(await identityOf(bytes, { signal, size: reread?.size })) }
        }
        const unfinished = unfinishedPath(dirname(path), basename(path))
        try {
          const file = await whileFolderMoves(async () => {
            await makeFolder(dirname(path), sync)
            return open(unfinished, 'wx')
          })
          const identity = await writeUnfinished(file, bytes, { signal, size: reread?.size, onBytes })
          // The file comes back with its folder.
          const written = await whileFolderMoves(async () => {
            await syncFile(unfinished)
            return overwrite ? rename(unfinished, path).then(() => true) : nameOnce(unfinished, path)
          })
          if (written) await sync(dirname(path))
          return { written, ...identity }
        } finally {
          await rm(unfinished, { force: true })
        }
      } catch (cause) {
        signal?.throwIfAborted()
        throw await writeFailure(key, cause)
      }
    },

    async stage(bytes, { signal } = {}) {
      const unfinished = unfinishedPath(folder, 'staged')
      const discard = () => rm(unfinished, { force: true })
      try {
        await makeFolder(folder, sync)
        const file = await open(unfinished, 'wx')
        const identity = await writeUnfinished(file, bytes, { signal }).catch(async (cause: unknown) => {
          await discard()
          throw cause
        })
        return { ...identity, name: (key) => nameStaged(unfinished, key), discard }
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('write', basename(unfinished), cause)
      }
    },

    async remove(key) {
      const name = basename(key)
      const path = isUnfinishedName(name) ? join(folderOf(key), name) : pathOf(key)
      if (await isFolder(path)) return // also a link to one
      await unlink(path).catch((cause: unknown) => {
        if (!['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '')) throw failure('remove', key, cause)
      })
    },

    ...folderChanges({ folder, pathOf, sync, failure }),
  }
}

/** What a folder cannot hold, by the code of the error that says so. */
const refusalsByCode: Readonly<Record<string, Refusal>> = {
  EISDIR: 'besideFolder',
  ENOTDIR: 'besideFolder',
  EEXIST: 'besideFolder',
  ELOOP: 'brokenLink',
}
