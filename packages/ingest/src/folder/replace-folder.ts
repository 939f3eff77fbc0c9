import {
  access,
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isUnfinishedName } from '../object-key.js'
import { systemErrorCode } from '../system-error.js'
import { syncFile, unfinishedPath } from './unfinished-file.js'
import { whileFolderMoves } from './while-folder-moves.js'

/** How to replace the files of a folder. Paths are on one file system. */
export interface FolderReplacement {
  /** The folder whose files are replaced. It may be missing. */
  folder: string
  /** A hidden folder with the new files. It may be missing if no file is new. */
  next: string
  /** A path at which the old folder is kept until all is done. */
  aside: string
  /** Names of the files in `folder` that go. All others stay, also those that come while this runs. */
  remove: ReadonlySet<string>
  /** Called before each step that others see; when it rejects, no further step is taken. Default: nothing. */
  check?: () => Promise<void>
}

/**
 * Replaces files of a folder by two renames, so that a reader that lists the folder finds the old files, no folder, or the new files. Can
 * be run again after a crash at any moment, and then completes the rest. `sync` flushes a folder to disk.
 */
export async function replaceFolder(
  { folder, next, aside, remove, check = () => Promise.resolve() }: FolderReplacement,
  sync: (path: string) => Promise<void>,
): Promise<void> {
  await mkdir(next, { recursive: true })
  // The folder above goes whenever another process finds it empty.
  const inFolderAbove = <R>(work: () => Promise<R>) =>
    whileFolderMoves(async () => {
      await mkdir(dirname(folder), { recursive: true })
      return work()
    })
  if (await inFolderAbove(() => isElsewhere(folder, next)))
    return replaceInPlace({ folder, next, remove, check }, sync)
  await sync(next) // now, not while the folder is away
  for (;;) {
    // A crash may have left files aside, so the old folder joins them only if none is there.
    await check()
    await unlessMissing(() => moveFolder(folder, aside))
    await check()
    if (await moveFiles(aside, next, remove)) await sync(next)
    if ((await namesIn(next)).length === 0) break
    const isBack = await inFolderAbove(async () => {
      await check()
      return moveFolder(next, folder)
    })
    if (isBack) break
    // A writer has made the folder again: its files join the new ones, and the folder goes in their place.
    if (await moveFiles(folder, next, new Set())) await sync(next)
    await removeEmpty(folder)
  }
  await sync(dirname(folder))
  // Writers may have finished files in the old folder after it was moved.
  await check()
  while (!(await removeOld(aside, remove))) {
    await mkdir(folder, { recursive: true })
    await moveFiles(aside, folder, remove)
    await sync(folder)
  }
  await removeEmpty(next)
}

/**
 * Replaces files of a folder that cannot be renamed, behind a link or on another file system: the new files come one by one, then the old
 * ones go.
 */
async function replaceInPlace(
  { folder, next, remove, check }: Required<Omit<FolderReplacement, 'aside'>>,
  sync: (path: string) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await namesIn(next)) {
    const unfinished = unfinishedPath(folder, name)
    await copyFile(join(next, name), unfinished)
    await syncFile(unfinished)
    await check()
    await rename(unfinished, join(folder, name))
  }
  await sync(folder)
  for (const name of remove) {
    await check()
    await unlessMissing(() => unlink(join(folder, name)))
  }
  await rm(next, { recursive: true, force: true })
  await removeEmpty(folder).catch(() => {}) // a link stays
}

/** Rejects with the system's error unless the files of a folder, which may be missing, may be replaced. */
export async function checkReplaceable(folder: string): Promise<void> {
  const mayChange = (path: string) => access(path, constants.W_OK | constants.X_OK)
  await unlessMissing(() => mayChange(folder))
  await unlessMissing(async () => {
    if (!(await isElsewhere(folder, dirname(folder)))) await mayChange(dirname(folder))
  })
}

/** Whether a folder is a link, or on another file system than another folder. A missing one is neither. */
async function isElsewhere(folder: string, other: string): Promise<boolean> {
  const [found, { dev }] = await Promise.all([lstat(folder).catch(() => undefined), lstat(other)])
  const parent = found ?? (await stat(dirname(folder)))
  return parent.isSymbolicLink() || parent.dev !== dev
}

/** Moves a folder, but onto no folder with files. Returns whether it did. */
async function moveFolder(from: string, to: string): Promise<boolean> {
  if (!(await removeEmpty(to))) return false
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (isNotEmpty(error)) return false // somebody has just written to it
    throw error
  }
}

/**
 * Moves the files that stay. Of two with one name the one that is there stays: a name has one content. The hidden name of a file that has
 * got its own goes: its writer no longer finds it here. Resolves with whether a file came to `to`.
 */
async function moveFiles(from: string, to: string, without: ReadonlySet<string>): Promise<boolean> {
  let hasMoved = false
  const there = new Set(await namesIn(to))
  for (const name of await namesIn(from)) {
    if (without.has(name)) continue
    const path = join(from, name)
    await unlessMissing(async () => {
      if (there.has(name)) return unlink(path)
      await rename(path, join(to, name))
      hasMoved = true
      // Looked at where its writer no longer gives it a name.
      if (isUnfinishedName(name) && (await lstat(join(to, name))).nlink > 1) await unlink(join(to, name))
    })
  }
  return hasMoved
}

/** Removes the old files and their folder. Returns false if it holds other files. */
async function removeOld(aside: string, remove: ReadonlySet<string>): Promise<boolean> {
  for (const name of await namesIn(aside))
    if (remove.has(name)) await unlessMissing(() => unlink(join(aside, name)))
  return removeEmpty(aside)
}

/** Removes a folder that is empty or missing. Returns false if it has files. */
async function removeEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true
    if (isNotEmpty(error)) return false
    throw error
  }
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  })
}

async function unlessMissing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
}

function isNotEmpty(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')
}
