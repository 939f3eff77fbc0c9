import { setTimeout as wait } from 'node:timers/promises'
import { systemErrorCode } from '../system-error.js'

/** How long a folder may be on the move: two renames and the flush of a disk, with much to spare. Milliseconds. */
const longestMoveMillis = 5_000

/**
 * Runs `work` on a file in a folder, and runs it again while a path in it is missing: `replaceFolder` renames the folder away and soon puts
 * it back, with this file.
 */
export async function whileFolderMoves<R>(work: () => Promise<R>): Promise<R> {
  const end = performance.now() + longestMoveMillis
  for (let pauseMillis = 1; ; pauseMillis = Math.min(2 * pauseMillis, 100)) {
    try {
      return await work()
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || performance.now() > end) throw error
    }
    await wait(pauseMillis)
  }
}
