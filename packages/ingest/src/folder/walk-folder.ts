import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../system-error.js'

/** A file below a folder. Its key is its path relative to the folder, with slashes. */
export interface FoundFile {
  key: string
  path: string
  /** Bytes. */
  size: number
  modified: Date
}

/**
 * Walks the files below a folder in the order in which S3 lists their keys. A missing folder has no files. Links to files count as
 * files; links to folders are not followed. `below` (a folder, with its slash) limits the walk to that folder; `enter` decides by
 * name which files and folders to visit (default: all).
 */
export async function* walkFolder(
  root: string,
  { below = '', enter = () => true }: { below?: string; enter?: (name: string) => boolean } = {},
): AsyncGenerator<FoundFile> {
  const folder = join(root, below)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  })
  // Sort a folder by its name with the slash, so that the walk yields whole keys in order.
  const sorted = entries
    .filter((entry) => enter(entry.name))
    .map((entry) => ({ entry, order: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
    .sort((a, b) => Buffer.compare(a.order, b.order))
  for (const { entry } of sorted) {
    const key = `${below}${entry.name}`
    if (entry.isDirectory()) {
      yield* walkFolder(root, { below: `${key}/`, enter })
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      const path = join(folder, entry.name)
      const found = await stat(path).catch((error: unknown) => {
        if (systemErrorCode(error) === 'ENOENT') return undefined // it was removed in the meantime, or is a broken link
        throw error
      })
      if (found?.isFile()) yield { key, path, size: found.size, modified: found.mtime }
    }
  }
}
