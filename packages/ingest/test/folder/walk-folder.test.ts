import { link, mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { walkFolder } from '../../src/folder/walk-folder.js'
import { collect } from '../fixtures/byte-stream.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

// On Windows only administrators may make symbolic links: hard links to files and junctions replace them there.
const linkFile = process.platform === 'win32' ? link : symlink
const linkFolder = (target: string, path: string) => symlink(target, path, 'junction')

const keysBelow = async (...walk: Parameters<typeof walkFolder>) =>
  (await collect(walkFolder(...walk))).map(({ key }) => key)

describe('walkFolder', () => {
  it('yields key, path, size and time of each file', async () => {
    const root = await tempFolder()
    await writeFiles(root, { 'a/b.txt': 'abc' })
    expect(await collect(walkFolder(root))).toEqual([
      { key: 'a/b.txt', path: join(root, 'a', 'b.txt'), size: 3, modified: expect.any(Date) as Date },
    ])
  })

  it('sorts by whole keys, not by names', async () => {
    const root = await tempFolder()
    const ordered = ['a-b/x', 'a.txt', 'a/y', 'a/z/1', 'a0', 'b']
    await writeFiles(root, Object.fromEntries(ordered.toReversed().map((key) => [key, ''])))
    expect(await keysBelow(root)).toEqual(ordered)
  })

  it('limits the walk to a folder and keeps keys relative to the root', async () => {
    const root = await tempFolder()
    await writeFiles(root, { 'a/b/c': '', 'a/d': '', e: '' })
    expect(await keysBelow(root, { below: 'a/' })).toEqual(['a/b/c', 'a/d'])
    expect(await keysBelow(root, { below: 'a/b/' })).toEqual(['a/b/c'])
    expect(await keysBelow(root, { below: 'missing/' })).toEqual([])
  })

  it('skips files and folders that enter rejects', async () => {
    const root = await tempFolder()
    await writeFiles(root, { 'no/a': '', 'yes/no': '', 'yes/yes': '' })
    expect(await keysBelow(root, { enter: (name) => name !== 'no' })).toEqual(['yes/yes'])
  })

  it('follows links to files and folders, but not broken ones', async () => {
    const [root, elsewhere] = [await tempFolder(), await tempFolder()]
    await writeFiles(root, { 'a/b': 'abc', 'linked-0': '' })
    await writeFiles(elsewhere, { 'c/d': 'abcd', e: '' })
    await linkFile(join(root, 'a', 'b'), join(root, 'again'))
    await linkFolder(elsewhere, join(root, 'linked'))
    await linkFolder(join(root, 'missing'), join(root, 'a', 'broken'))
    await linkFolder(join(root, 'a', 'itself'), join(root, 'a', 'itself'))
    const found = [
      ['a/b', 3],
      ['again', 3],
      ['linked-0', 0],
      ['linked/c/d', 4],
      ['linked/e', 0],
    ]
    expect((await collect(walkFolder(root))).map(({ key, size }) => [key, size])).toEqual(found)
    expect(await keysBelow(root, { below: 'linked/c/' })).toEqual(['linked/c/d'])
  })

  it('follows two links to one folder', async () => {
    const root = await tempFolder()
    await writeFiles(root, { 'a/b': '' })
    await linkFolder(join(root, 'a'), join(root, 'c'))
    await linkFolder(join(root, 'a'), join(root, 'd'))
    expect(await keysBelow(root)).toEqual(['a/b', 'c/b', 'd/b'])
  })

  it('names a link that leads back to a folder that contains it, directly or through another link', async () => {
    const [root, outer] = [await tempFolder(), await tempFolder()]
    await writeFiles(root, { 'a/b': '', 'c/d': '' })
    await linkFolder(root, join(root, 'a', 'loop'))
    const sentence = (link: string) =>
      `the link ${link} leads back to a folder that contains it: remove the link`
    await expect(keysBelow(root)).rejects.toThrow(sentence(join(root, 'a', 'loop')))
    await rm(join(root, 'a', 'loop'))
    await linkFolder(join(root, 'c'), join(root, 'a', 'to-c'))
    await linkFolder(join(root, 'a'), join(root, 'c', 'to-a'))
    await expect(keysBelow(root)).rejects.toThrow(sentence(join(root, 'a', 'to-c', 'to-a')))
    await mkdir(join(outer, 'lake'))
    await linkFolder(outer, join(outer, 'lake', 'up'))
    await expect(keysBelow(join(outer, 'lake'))).rejects.toThrow(sentence(join(outer, 'lake', 'up')))
  })

  it('skips empty folders, and files that are removed during the walk', async () => {
    const root = await tempFolder()
    await mkdir(join(root, 'empty'))
    await writeFiles(root, { a: '', b: '', c: '' })
    const keys: string[] = []
    for await (const { key } of walkFolder(root)) {
      keys.push(key)
      await rm(join(root, 'b'), { force: true })
    }
    expect(keys).toEqual(['a', 'c'])
  })
})
