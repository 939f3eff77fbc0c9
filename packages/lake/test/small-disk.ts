import { execFile } from 'node:child_process'
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished, type TestContext } from 'vitest'

const run = promisify(execFile)

/** Mounts a disk of 2 MB at a folder, with what fills it up to some bytes. Skips the test, with the reason, where none can be mounted. */
export async function smallDisk(disk: string, { skip }: TestContext) {
  await mkdir(disk)
  const mounting = run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
  const refusal = await mounting.then(
    () => undefined,
    (error: unknown) => String(error),
  )
  if (refusal !== undefined) {
    console.log(`skipped: no small disk can be mounted here: ${refusal}`)
    return skip(refusal)
  }
  onTestFinished(async () => void (await run('umount', ['-l', disk])))
  const filler = join(disk, 'filler')
  return {
    fillUpTo: async (freeBytes: number) => {
      const { bavail, bsize } = await statfs(disk)
      const file = await open(filler, 'w')
      const size = bavail * bsize - freeBytes
      await file.writeFile(Buffer.alloc(size)).finally(() => file.close())
    },
    free: () => rm(filler),
  }
}
