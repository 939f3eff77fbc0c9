import { randomUUID } from 'node:crypto'
import { link, open, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { etagHasher } from '../bytes/etag.js'
import type { ByteStream, Identity, WriteOptions } from '../object-store.js'
import { partBytesFor } from '../bytes/part-plan.js'
import { untilAborted } from '../bytes/until-aborted.js'

const unfinishedName = /^\..*\.[0-9a-f-]{36}\.part$/

/** Writes bytes to a new file, and gives their identity; a file that failed stays. */
export async function writeUnfinished(
  path: string,
  bytes: ByteStream,
  {
    signal,
    size = 0,
    onBytes,
  }: Pick<WriteOptions, 'onBytes'> & { signal?: AbortSignal | undefined; size?: number | undefined },
): Promise<Identity> {
  const hasher = etagHasher(partBytesFor(size))
  const file = await open(path, 'wx')
  try {
    for await (const chunk of untilAborted(bytes, signal)) {
      hasher.update(chunk)
      await file.writeFile(chunk)
      onBytes?.(chunk.length)
    }
  } finally {
    await file.close()
  }
  return hasher.identity()
}

/** The hidden path of a file that is to have this name in a folder. */
export function unfinishedPath(folder: string, name: string): string {
  return join(folder, `.${name}.${randomUUID()}.part`)
}

/** Whether a name is none of `unfinishedPath`. */
export function isFinished(name: string): boolean {
  return !unfinishedName.test(name)
}

/** The content must be on the disk before the name is: after a power cut a name must not lead to a half file. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Gives a file its final name unless that is taken: `link` fails where a name exists, `rename` would replace it. */
export async function nameOnce(unfinished: string, path: string): Promise<boolean> {
  try {
    await link(unfinished, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without hard links (exFAT, some network shares; EISDIR is what Windows says): look, then rename. Only there
    // can two writers that finish within the same moment both believe they were first; the file is whole all the same.
    if (!['EPERM', 'EISDIR', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error
    if (await exists(path)) return false
    await rename(unfinished, path)
    return true
  }
}

/** Whether there is a file; rejects where there is a folder. */
export async function exists(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found?.isDirectory()) throw new Error('there is a folder of that name')
  return found !== undefined
}
