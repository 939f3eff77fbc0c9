import { open } from 'node:fs/promises'
import { systemErrorCode } from '../system-error.js'

/**
 * Makes a function that flushes a folder to disk, so that the names given in it so far outlast a power cut. Calls that wait for the same
 * folder share one flush: it costs as much for many names as for one.
 */
export function folderSync(sync: (path: string) => Promise<void> = syncFolder) {
  const running = new Map<string, Promise<void>>()
  const planned = new Map<string, Promise<void>>()
  return (path: string): Promise<void> => {
    const shared = planned.get(path)
    if (shared) return shared
    // A flush that has begun may miss a name given since, so the next one starts after it.
    const flush = Promise.allSettled([running.get(path)]).then(async () => {
      planned.delete(path)
      running.set(path, flush)
      try {
        await sync(path)
      } finally {
        if (running.get(path) === flush) running.delete(path)
      }
    })
    planned.set(path, flush)
    return flush
  }
}

/** Flushes a folder to disk, where the system can. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    // Windows opens no folders, some network shares flush none, and a folder may be writable but not readable. One that
    // `replaceFolder` has moved since is flushed there.
    if (
      !['ENOENT', 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes(
        systemErrorCode(error) ?? '',
      )
    )
      throw error
  }
}
