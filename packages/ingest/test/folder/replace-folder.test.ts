import { existsSync } from 'node:fs'
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { expect, onTestFinished, test } from 'vitest'
import { replaceFolder } from '../../src/folder/replace-folder.js'

async function day(files: Record<string, string>, next: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'minilake-replace-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const folder = join(root, 'turbine', 'event_date=2026-01-05')
  const paths = { folder, next: join(root, '_intents', 'new'), aside: join(root, '_intents', 'old') }
  const write = async (path: string, content: Record<string, string>) => {
    if (Object.keys(content).length > 0) await mkdir(path, { recursive: true })
    for (const [name, text] of Object.entries(content)) await writeFile(join(path, name), text)
  }
  await write(folder, files)
  await write(paths.next, next)
  return { root, paths, write }
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  if (!existsSync(folder)) return {}
  const names = (await readdir(folder)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  ) as Record<string, string>
}

test.each([
  ['files come and go, others stay', { a: '1', b: '2' }, { c: '3' }, ['a'], { b: '2', c: '3' }],
  ['all files go, and the folder with them', { a: '1' }, {}, ['a'], {}],
  ['a folder that is missing gets its first files', {}, { c: '3' }, [], { c: '3' }],
  ['nothing to replace', { a: '1' }, {}, [], { a: '1' }],
])('%s', async (_, files, next, remove, expected) => {
  const { root, paths } = await day(files, next)
  await replaceFolder({ ...paths, remove: new Set(remove) }, () => Promise.resolve())
  expect(await contentOf(paths.folder)).toEqual(expected)
  expect(await readdir(join(root, '_intents'))).toEqual([])
  expect(existsSync(paths.folder)).toBe(Object.keys(expected).length > 0)
})

test('a folder behind a link keeps its link', async () => {
  const { root, paths, write } = await day({ a: '1', b: '2' }, { c: '3' })
  await rename(paths.folder, join(root, 'elsewhere'))
  await symlink(join(root, 'elsewhere'), paths.folder)
  for (let run = 0; run < 2; run += 1) {
    await replaceFolder({ ...paths, remove: new Set(['a']) }, () => Promise.resolve())
    expect(await contentOf(join(root, 'elsewhere'))).toEqual({ b: '2', c: '3' })
    expect((await lstat(paths.folder)).isSymbolicLink()).toBe(true)
    await write(paths.next, { c: '3' }) // as if the process had died before it removed its copy
  }
})

test('after a crash at any step, the same call completes the rest', async () => {
  // Each flush is a moment at which the process may die.
  for (let survived = 0; ; survived += 1) {
    const { root, paths, write } = await day({ a: '1', b: '2' }, { c: '3' })
    const replacement = { ...paths, remove: new Set(['a']) }
    let steps = 0
    const crash = replaceFolder(replacement, () =>
      steps++ === survived ? Promise.reject(new Error('crashed')) : Promise.resolve(),
    )
    const isDone = await crash.then(
      () => true,
      () => false,
    )
    await write(paths.folder, { late: '4' }) // another writer, before anybody completes the rest
    await replaceFolder(replacement, () => Promise.resolve())
    expect(await contentOf(paths.folder), `crash at step ${survived}`).toEqual({ b: '2', c: '3', late: '4' })
    expect(await readdir(join(root, '_intents'))).toEqual([])
    if (isDone) break
  }
})

test('files that come while the folder is replaced stay', async () => {
  const { paths, write } = await day({ a: '1', b: '2' }, { c: '3' })
  let number = 0
  await replaceFolder({ ...paths, remove: new Set(['a']) }, async () => {
    number += 1
    if (number > 3) return
    if (existsSync(paths.aside)) await write(paths.aside, { [`old${number}`]: 'x' })
    await write(paths.folder, { [`new${number}`]: 'y' })
  })
  const content = await contentOf(paths.folder)
  expect(content).toMatchObject({ b: '2', c: '3', old2: 'x', new1: 'y', new2: 'y', new3: 'y' })
  expect(content).not.toHaveProperty('a')
})

test('the folder above, which another process removes as empty meanwhile, is made again', async () => {
  const { root, paths } = await day({ a: '1', b: '2' }, { c: '3' })
  let removals = 0
  await replaceFolder({ ...paths, remove: new Set(['a']) }, () =>
    rmdir(join(root, 'turbine')).then(
      () => void (removals += 1),
      () => {}, // it is not empty
    ),
  )
  expect(removals).toBe(1)
  expect(await contentOf(paths.folder)).toEqual({ b: '2', c: '3' })
})

test('writers whose folder is renamed meanwhile try again: every file that was written stays', async () => {
  const { root, paths } = await day({ a: '1' }, {})
  const store = folderStore({ folder: root })
  const prefix = `${relative(root, paths.folder)}/`
  const bytesOf = (text: string) => [new TextEncoder().encode(text)]
  let isReplacing = true
  const written: string[] = []
  const writer = async (name: string, write: (key: string) => Promise<unknown>) => {
    for (let number = 0; isReplacing; number += 1) {
      await write(`${prefix}${name}${number}`)
      written.push(`${name}${number}`)
    }
  }
  const writers = [
    writer('w', (key) => store.write(key, bytesOf('w'))),
    writer('s', async (key) => (await store.stage(bytesOf('s'))).name(key)),
  ]
  for (let round = 0; round < 40; round += 1) {
    await store.write(`next${round}/n${round}`, bytesOf('n'))
    const remove = round === 0 ? ['a'] : [`n${round - 1}`]
    await store.replaceFolder(prefix, {
      ...{ next: `next${round}/`, aside: `aside${round}/` },
      remove: remove.map((name) => `${prefix}${name}`),
    })
  }
  isReplacing = false
  await Promise.all(writers)
  expect(written.length).toBeGreaterThan(5)
  expect(Object.keys(await contentOf(paths.folder)).sort()).toEqual([...written, 'n39'].sort())
})

test('once the check rejects, no further step is taken', async () => {
  for (let passed = 0; ; passed += 1) {
    const { paths } = await day({ a: '1', b: '2' }, { c: '3' })
    let checks = 0
    const check = () => ((checks += 1) > passed ? Promise.reject(new Error('lost')) : Promise.resolve())
    const replacement = { ...paths, remove: new Set(['a']) }
    const outcome = await replaceFolder({ ...replacement, check }, () => Promise.resolve()).catch(String)
    const found = await contentOf(paths.folder)
    if (outcome === undefined) {
      expect(found).toEqual({ b: '2', c: '3' })
      expect(passed).toBeGreaterThan(2)
      break
    }
    expect(outcome).toBe('Error: lost')
    expect([{ a: '1', b: '2' }, {}, { b: '2', c: '3' }]).toContainEqual(found)
    expect({ ...found, ...(await contentOf(paths.aside)), ...(await contentOf(paths.next)) }).toMatchObject({
      b: '2',
      c: '3',
    })
    // Whoever may go on completes the rest.
    await replaceFolder(replacement, () => Promise.resolve())
    expect(await contentOf(paths.folder)).toEqual({ b: '2', c: '3' })
  }
})
