import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Lake, openLake, type OpenLakeOptions } from '../src/index.js'

/** A fresh folder and an embedded lake in it; both go when the test ends. */
export async function freshLake(options: OpenLakeOptions = {}): Promise<{ folder: string; lake: Lake }> {
  const folder = await freshFolder()
  const lake = await openLake({ cwd: folder, ...options })
  onTestFinished(() => lake.close())
  return { folder, lake }
}

/** A fresh folder; it goes when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-lake-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
