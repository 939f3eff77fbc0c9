import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { expect, test } from 'vitest'
import { freshLake } from '../fresh-lake.js'

const bytes = new TextEncoder().encode('rows')

test('the unfinished files of a writer at work stay, and its write completes', async () => {
  const { folder, lake } = await freshLake()
  const out = join(folder, 'out')
  const store = folderStore({ folder: out })
  const staged = await store.stage([bytes])
  let cleaned
  async function* cleaning() {
    yield bytes
    cleaned = await lake.clean({ remove: true })
    yield bytes
  }
  expect(await store.write('pump/2026-01-01.parquet', cleaning())).toMatchObject({ written: true, size: 8 })
  expect(cleaned).toEqual([
    {
      location: out,
      kind: 'in progress',
      keys: [
        expect.stringMatching(/^\.staged\.[^/]*\.part$/),
        expect.stringMatching(/^pump\/\.2026-01-01\.parquet\.[^/]*\.part$/),
      ],
      bytes: 8,
      isRemoved: false,
    },
  ])
  expect(await staged.name('pump/2026-01-02.parquet')).toBe(true)
})

test('an unfinished file goes once nobody has written to it for 24 hours', async () => {
  const { folder, lake } = await freshLake()
  const out = join(folder, 'out')
  await folderStore({ folder: out }).stage([bytes])
  const [name = ''] = await readdir(out)
  const hoursAgo = async (hours: number) => {
    const time = new Date(Date.now() - hours * 3_600_000)
    await utimes(join(out, name), time, time)
  }
  await hoursAgo(23.9)
  expect(await lake.clean({ remove: true })).toMatchObject([{ kind: 'in progress', isRemoved: false }])
  await hoursAgo(24.1)
  expect(await lake.clean()).toMatchObject([{ kind: 'unfinished', keys: [name], isRemoved: false }])
  expect(await lake.clean({ remove: true })).toMatchObject([{ kind: 'unfinished', isRemoved: true }])
  expect(await readdir(out)).toEqual([])
})
