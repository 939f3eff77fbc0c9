import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { watchFolder } from '../../src/ingest/watch-folder.js'

async function watched() {
  const parent = await mkdtemp(join(tmpdir(), 'minilake-watch-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const folder = join(parent, 'out')
  const watch = watchFolder(folder)
  return { folder, watch, keys: async () => (await watch.look()).map(({ key }) => key) }
}

test('a file is given out once nobody has written to it from one look to the next, and then no more', async () => {
  const { folder, keys } = await watched()
  expect(await keys()).toEqual([])
  await mkdir(folder)
  await writeFile(join(folder, 'a'), 'one')
  expect(await keys()).toEqual([])
  await appendFile(join(folder, 'a'), 'two')
  expect(await keys()).toEqual([])
  expect(await keys()).toEqual(['a'])
  expect(await keys()).toEqual([])
})

test('a file that has changed, or is asked for again, comes again', async () => {
  const { folder, watch, keys } = await watched()
  await mkdir(folder)
  await writeFile(join(folder, 'a'), 'one')
  await writeFile(join(folder, 'b'), 'one')
  await keys()
  expect(await keys()).toEqual(['a', 'b'])
  await writeFile(join(folder, 'c'), 'two')
  await rename(join(folder, 'c'), join(folder, 'b')) // as large as before
  watch.forget('a')
  expect(await keys()).toEqual(['a'])
  expect(await keys()).toEqual(['b'])
})
