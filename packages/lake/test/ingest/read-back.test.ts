import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { expect, onTestFinished, test } from 'vitest'
import { readBack } from '../../src/ingest/read-back.js'

const { signal } = new AbortController()

async function published(files: number) {
  const parent = await mkdtemp(join(tmpdir(), 'minilake-read-back-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const [folder, lake] = [join(parent, 'out'), join(parent, 'lake')]
  const keys = Array.from({ length: files }, (_, file) => `pump/${file}.parquet`)
  for (const place of [folder, lake]) {
    await mkdir(join(place, 'pump'), { recursive: true })
    for (const key of keys) await writeFile(join(place, key), `content of ${key}`)
  }
  return { folder, lake, keys, store: folderStore({ folder: lake }) }
}

test('names files that differ in the store, even of the same size, or are missing', async () => {
  const { folder, lake, keys, store } = await published(4)
  await writeFile(join(lake, 'pump/1.parquet'), 'content of pump/9.parquet')
  await writeFile(join(lake, 'pump/2.parquet'), 'content')
  await rm(join(lake, 'pump/3.parquet'))
  const found = await readBack(keys, { folder, store, extent: 'all', signal })
  expect(found.compared).toBe(4)
  expect(found.differences).toEqual(
    [1, 2, 3].map((file) => expect.stringContaining(`pump/${file}.parquet`) as string),
  )
})

test('a sample is ten files from first to last, or all if there are fewer', async () => {
  const { folder, lake, keys, store } = await published(25)
  await rm(join(lake, 'pump/0.parquet'))
  await rm(join(lake, 'pump/24.parquet'))
  const sample = await readBack(keys, { folder, store, extent: 'sample', signal })
  const differences = [0, 24].map((file) => expect.stringContaining(`pump/${file}.parquet`) as string)
  expect(sample).toEqual({ compared: 10, differences })
  expect((await readBack(keys.slice(1, 4), { folder, store, extent: 'sample', signal })).compared).toBe(3)
})

test('an unreadable file does not prevent the comparison of the others', async () => {
  const { folder, lake, keys, store } = await published(3)
  await rm(join(lake, 'pump/1.parquet'))
  await mkdir(join(lake, 'pump/1.parquet/below'), { recursive: true })
  const { differences } = await readBack(keys, { folder, store, extent: 'all', signal })
  expect(differences).toEqual([expect.stringContaining('pump/1.parquet')])
})
