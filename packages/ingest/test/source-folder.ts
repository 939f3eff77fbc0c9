import { randomBytes } from 'node:crypto'
import { localFiles, type ObjectStore, verifyObject } from '@minilake/ingest'
import { expect } from 'vitest'
import { collect } from './byte-stream.js'
import { tempFolder, writeFiles } from './temp-folder.js'

/** A folder with files of random bytes, of the given sizes. */
export async function sourceFolder(sizes: Record<string, number>): Promise<string> {
  const folder = await tempFolder()
  for (const [key, size] of Object.entries(sizes)) await writeFiles(folder, { [key]: randomBytes(size) })
  return folder
}

/** Every object of the store must be a file of the folder, and the other way round, with the very same bytes. */
export async function expectPublished(folder: string, store: ObjectStore): Promise<void> {
  const files = await collect(localFiles(folder))
  const stored = await collect(store.list(''))
  expect(stored.map(({ key }) => key)).toEqual(files.map(({ key }) => key))
  for (const file of files)
    expect(await verifyObject(file, store)).toEqual({ key: file.key, outcome: 'same' })
}
