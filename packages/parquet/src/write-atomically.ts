import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EncodedChunks } from './encode-parquet.js'

/**
 * Writes a file so that its name only ever leads to a complete one: the bytes go to a hidden file in the same folder, which takes
 * the name (and replaces a file of that name) once it is on the disk. The name is on the disk too when this resolves, where the system
 * can flush a folder (Windows cannot). Gives every chunk back once it is written. Returns how many
 * bytes the file has. Removes the hidden file when `chunks` throws, and when the file system fails: then the error names the path.
 */
export async function writeAtomically(path: string, chunks: EncodedChunks): Promise<number> {
  const hidden = join(dirname(path), `.parquet.${randomUUID()}.part`)
  const attempt = <Result>(step: Promise<Result>): Promise<Result> =>
    step.catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`file ${path} could not be written: ${reason}`, { cause })
    })
  let byteLength = 0
  try {
    const file = await attempt(open(hidden, 'wx'))
    try {
      for (let step = chunks.next(); !step.done; step = chunks.next(step.value)) {
        await attempt(file.writeFile(step.value))
        byteLength += step.value.byteLength
      }
      await attempt(file.datasync())
    } finally {
      await attempt(file.close())
    }
    await attempt(rename(hidden, path))
    await attempt(syncFolder(dirname(path)))
  } catch (error) {
    await rm(hidden, { force: true }).catch(() => undefined)
    throw error
  } finally {
    chunks.return(undefined)
  }
  return byteLength
}

/** Flushes a folder to disk, where the system can, so that a power cut loses none of the names in it. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    // Windows opens no folders, some network shares flush none, and a folder may be writable but not readable.
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes(code)) throw error
  }
}
