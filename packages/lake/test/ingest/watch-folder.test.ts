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

test('yields a file once, when it has not changed between two scans', async () => {
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

test('yields a file again after a change or a request', async () => {
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
