import { tmpdir } from 'node:os'

/** Codes of a file system that has no space for a write. */
const spaceCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/**
 * Runs work that writes temporary files. Rejects with an Error that names their folder, and the way out, if there is no space for them; with
 * the work's error otherwise. `tempFolders` are those that the caller has set; `lakeFolders` are on other disks, and their errors name them.
 */
export async function withSpace<T>(
  {
    tempFolders,
    lakeFolders,
  }: { tempFolders: readonly (string | undefined)[]; lakeFolders: readonly string[] },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const chain = causesOf(error)
    const named = (folder: string | undefined) =>
      folder !== undefined && chain.some(({ message }) => message.includes(folder))
    if (!chain.some(isOutOfSpace) || lakeFolders.some(named)) throw error
    const set = tempFolders.find(named)
    const fix = set === undefined ? 'set TMPDIR to a folder' : 'choose a folder'
    throw new Error(
      `no space left for temporary files in ${set ?? tmpdir()}: free some space or ${fix} on another disk, then run it again`,
      { cause: error },
    )
  }
}

function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}

/** DuckDB's errors have no code. */
function isOutOfSpace(error: Error): boolean {
  return spaceCodes.has(String((error as NodeJS.ErrnoException).code)) || /no space left/i.test(error.message)
}
