import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file below a folder, with the key it stands for: its path from the folder, with slashes. */
export interface FoundFile {
  key: string
  path: string
  /** Bytes. */
  size: number
}

/**
 * The files below a folder, in the order in which S3 lists their keys; a folder that is not there holds none. Links to
 * files count as files, links to folders are not followed. `enter` says which names to look at (default all).
 */
export async function* walkFolder(
  root: string,
  { below = '', enter = () => true }: { below?: string; enter?: (name: string) => boolean } = {},
): AsyncGenerator<FoundFile> {
  const folder = join(root, below)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  // A folder sorts as its name with the slash, so that the walk gives the order of whole keys.
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
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined // removed meanwhile, or a link to nothing
        throw error
      })
      if (found?.isFile()) yield { key, path, size: found.size }
    }
  }
}
