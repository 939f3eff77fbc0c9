import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
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
 * Walks the files below a folder in the order in which S3 lists their keys. A missing folder has no files. Links are followed, to files
 * and to folders, except for broken ones; rejects if a link leads back to a folder that contains it. `below` (a folder, with its
 * slash) limits the walk to that folder; `enter` decides by name which files and folders to visit (default: all).
 */
export async function* walkFolder(
  root: string,
  { below = '', enter = () => true }: { below?: string; enter?: (name: string) => boolean } = {},
): AsyncGenerator<FoundFile> {
  yield* walk(below, [])

  /** `linkPlaces` are the folders, without links in their paths, whose links led here. */
  async function* walk(below: string, linkPlaces: readonly string[]): AsyncGenerator<FoundFile> {
    const folder = join(root, below)
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return []
      throw error
    })
    const wanted = entries.filter((entry) => enter(entry.name))
    const found = await Promise.all(
      wanted.map(async (entry) => ({ entry, kind: await kindOf(folder, entry) })),
    )
    // Sort a folder by its name with the slash, so that the walk yields whole keys in order.
    const sorted = found
      .map(({ entry, kind }) => ({
        entry,
        kind,
        order: Buffer.from(`${entry.name}${kind === 'folder' ? '/' : ''}`),
      }))
      .sort((a, b) => Buffer.compare(a.order, b.order))
    for (const { entry, kind } of sorted) {
      const key = `${below}${entry.name}`
      const path = join(folder, entry.name)
      if (kind === 'folder') {
        const places = entry.isSymbolicLink() ? await placesWith(path, folder, linkPlaces) : linkPlaces
        yield* walk(`${key}/`, places)
      } else if (kind === 'file') {
        const file = await statIfThere(path) // it may have been removed in the meantime
        if (file?.isFile()) yield { key, path, size: file.size, modified: file.mtime }
      }
    }
  }
}

async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  const found = entry.isSymbolicLink() ? await statIfThere(join(folder, entry.name)) : entry
  if (found?.isDirectory()) return 'folder'
  return found?.isFile() ? 'file' : 'other'
}

/** Adds the folder of a link to a folder. Throws an Error if the link leads to a folder that contains one of them. */
async function placesWith(
  link: string,
  folder: string,
  places: readonly string[],
): Promise<readonly string[]> {
  const [target, place] = [await realpath(link), await realpath(folder)]
  const all = [...places, place]
  if (
    all.some((each) => each === target || each.startsWith(target.endsWith(sep) ? target : `${target}${sep}`))
  )
    throw new Error(`the link ${link} leads back to a folder that contains it: remove the link`)
  return all
}

/** Undefined for a missing file and for a broken link. */
async function statIfThere(path: string) {
  return stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ELOOP'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  })
}
