import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Makes an empty folder that is removed when the test that asked for it is over. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-ingest-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files with the given contents below a folder. */
export async function writeFiles(
  folder: string,
  contents: Record<string, string | Uint8Array>,
): Promise<void> {
  for (const [key, content] of Object.entries(contents)) {
    const path = join(folder, key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
}
