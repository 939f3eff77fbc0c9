import { lstat, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from '../system-error.js'

/** Makes a folder and its parents, on the disk. Node's own `recursive` option reports ENOENT on a read-only disk. */
export async function makeFolder(path: string, sync: (path: string) => Promise<void>): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path), sync)
  await mkdir(path).catch(async (error: unknown) => {
    if (await isFolder(path)) return // another writer has just made it
    if (systemErrorCode(error) !== 'EEXIST') throw error
    // Rejects with ENOENT if another process has just taken it away; it may also be back by now.
    if (!(await lstat(path)).isDirectory()) throw error
  })
  await sync(dirname(path))
}

/** Whether a path leads to a folder, perhaps through links. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
