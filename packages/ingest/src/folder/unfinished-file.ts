import { randomUUID } from 'node:crypto'
import { copyFile, type FileHandle, link, lstat, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ByteStream } from '../bytes/byte-stream.js'
import { etagHasher, type Identity } from '../bytes/etag.js'
import { partBytesFor } from '../bytes/part-plan.js'
import { untilAborted } from '../bytes/until-aborted.js'
import { unfinishedName } from '../object-key.js'
import type { WriteOptions } from '../object-store.js'
import { systemErrorCode } from '../system-error.js'

/** Writes bytes to a new file, closes it and returns their identity. Leaves the file behind if it fails. */
export async function writeUnfinished(
  file: FileHandle,
  bytes: ByteStream,
  {
    signal,
    size = 0,
    onBytes,
  }: Pick<WriteOptions, 'onBytes'> & { signal?: AbortSignal | undefined; size?: number | undefined },
): Promise<Identity> {
  const hasher = etagHasher(partBytesFor(size))
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

/** The hidden path of a file that will get this name in a folder. */
export function unfinishedPath(folder: string, name: string): string {
  return join(folder, unfinishedName(name, randomUUID()))
}

/** Flushes a file to disk. Do this before naming it: after a power cut no name may point to half a file. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Gives a file its final name unless that is taken: `link` fails if a name exists, whereas `rename` would replace it. */
export async function nameOnce(unfinished: string, path: string): Promise<boolean> {
  try {
    await link(unfinished, path)
    return true
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'EEXIST') {
      if (!(await exists(path)) && (await isLink(path))) throw systemError('ELOOP')
      return false
    }
    // A link takes the name to another file system.
    if (code === 'EXDEV') return nameCopyOnce(unfinished, path)
    // Without hard links (exFAT, some network shares; Windows reports EISDIR): check, then rename. Only there can two writers that
    // finish at the same moment both believe they were first; the file is whole all the same.
    if (!['EPERM', 'EISDIR', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error
    if (await exists(path)) return false
    await rename(unfinished, path)
    return true
  }
}

/** Names a copy of a file, which is first written beside its final name. */
async function nameCopyOnce(unfinished: string, path: string): Promise<boolean> {
  const copy = unfinishedPath(dirname(path), basename(path))
  try {
    await copyFile(unfinished, copy)
    await syncFile(copy)
    return await nameOnce(copy, path)
  } finally {
    await rm(copy, { force: true })
  }
}

/** Whether a file exists. Rejects with EISDIR if a folder has its name. */
export async function exists(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ELOOP'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  })
  if (found?.isDirectory()) throw systemError('EISDIR')
  return found !== undefined
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
