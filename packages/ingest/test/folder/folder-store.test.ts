import { existsSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { folderStore, localFiles, ObjectStoreError, publish } from '@minilake/ingest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bytesOf, collect, failingAfter } from '../fixtures/byte-stream.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'
import { objectStoreContract } from '../object-store.contract.js'

// Everything below a folder, including hidden files, as paths with slashes.
async function namesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.map((name) => name.replaceAll(sep, '/')).sort()
}

// The name of the file that a killed writer leaves behind.
const leftover = '.b.parquet.0f8fad5b-d9cb-469f-a165-70867728950e.part'

describe('folderStore', () => {
  objectStoreContract(async () => folderStore({ folder: join(await tempFolder(), 'created', 'on-demand') }), {
    besideFolder: 'refused',
  })

  it('stores each object as a file below the folder', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    expect(store.location).toBe(folder)
    await store.write('pump_daily/event_date=2026-01-01/pump-0007.parquet', bytesOf('abc'))
    const path = join(folder, 'pump_daily', 'event_date=2026-01-01', 'pump-0007.parquet')
    expect(await readFile(path, 'utf8')).toBe('abc')
  })

  it('lists files that other programs have written', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a.parquet': 'abc' })
    const [object] = await collect(folderStore({ folder }).list(''))
    expect(object).toMatchObject({ key: 'pump/a.parquet', size: 3 })
    expect(await object?.etag()).toBe('900150983cd24fb0d6963f7d28e17f72')
  })

  it('is empty if the folder is missing, and does not create it by reading', async () => {
    const folder = join(await tempFolder(), 'missing')
    const store = folderStore({ folder })
    expect(await collect(store.list(''))).toEqual([])
    expect(await collect(store.unfinished())).toEqual([])
    expect(await store.find('a')).toBeUndefined()
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('writes under a hidden name that is gone afterwards', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    const during: string[][] = []
    async function* watched() {
      yield* bytesOf('half')
      during.push(await namesBelow(folder))
    }
    await store.write('pump/a', watched())
    expect(during).toEqual([['pump', expect.stringMatching(/^pump\/\.a\.[0-9a-f-]{36}\.part$/)]])
    expect(await namesBelow(folder)).toEqual(['pump', 'pump/a'])
  })

  it('stages an object under a hidden name until it gets its key', async () => {
    const folder = join(await tempFolder(), 'created on demand')
    const store = folderStore({ folder })
    const staged = await store.stage(bytesOf('abc'))
    expect(staged).toMatchObject({ size: 3, etag: '900150983cd24fb0d6963f7d28e17f72' })
    expect(await namesBelow(folder)).toEqual([expect.stringMatching(/^\.staged\.[0-9a-f-]{36}\.part$/)])
    expect((await collect(store.unfinished())).map(({ size }) => size)).toEqual([3])
    expect(await collect(store.list(''))).toEqual([])

    expect(await staged.name('pump/a')).toBe(true)
    await staged.discard()
    expect(await namesBelow(folder)).toEqual(['pump', 'pump/a'])
    expect(await readFile(join(folder, 'pump', 'a'), 'utf8')).toBe('abc')
  })

  it('refuses a taken key for a staged object, which can be discarded without a trace', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    await store.write('pump/a', bytesOf('first'))
    const staged = await store.stage(bytesOf('second'))
    expect(await staged.name('pump/a')).toBe(false)
    await expect(staged.name('../a')).rejects.toThrow(RangeError)
    await staged.discard()
    expect(await namesBelow(folder)).toEqual(['pump', 'pump/a'])
    expect(await readFile(join(folder, 'pump', 'a'), 'utf8')).toBe('first')
  })

  it('leaves no staged file if the stream fails or is aborted', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    await expect(store.stage(failingAfter('half', new Error('lost')))).rejects.toThrow(ObjectStoreError)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(store.stage(bytesOf('x'), { signal })).rejects.toBe(signal.reason)
    expect(await namesBelow(folder)).toEqual([])
  })

  it('names the code of the file system for programs', async () => {
    const store = folderStore({ folder: await tempFolder() })
    await expect(store.slice('pump/a', 0, 1)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each([false, true])('leaves no file behind if the stream fails (overwrite %s)', async (overwrite) => {
    const folder = await tempFolder()
    const stream = failingAfter('half', new Error('the sensor is gone'))
    await expect(folderStore({ folder }).write('pump/a', stream, { overwrite })).rejects.toThrow(
      new ObjectStoreError(`cannot write ${join(folder, 'pump', 'a')}: the sensor is gone`, {
        key: 'pump/a',
        location: folder,
        cause: undefined,
      }),
    )
    expect(await namesBelow(folder)).toEqual(['pump'])
  })

  it('leaves no file behind if a write is aborted', async () => {
    const folder = await tempFolder()
    const signal = AbortSignal.abort()
    await expect(folderStore({ folder }).write('a', bytesOf('x'), { signal })).rejects.toBe(signal.reason)
    expect(await namesBelow(folder)).toEqual([])
  })

  it('neither lists nor reads anything outside its folder', async () => {
    const outer = await tempFolder()
    await writeFiles(outer, { secret: 'x', 'lake/a': 'y' })
    const store = folderStore({ folder: join(outer, 'lake') })
    expect(await collect(store.list('../'))).toEqual([])
    await expect(store.find('../secret')).rejects.toThrow(RangeError)
    await expect(store.read('../secret')).rejects.toThrow(RangeError)
    await expect(store.remove('../secret')).rejects.toThrow(RangeError)
    expect(await namesBelow(outer)).toEqual(['lake', 'lake/a', 'secret'])
  })

  it('hides what killed writers left, and lists it as unfinished', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    await writeFiles(folder, { 'pump/a': 'whole', [`pump/${leftover}`]: 'half', 'pump/.b.part': 'not ours' })
    expect((await collect(store.list(''))).map(({ key }) => key)).toEqual(['pump/.b.part', 'pump/a'])
    const lastActivity = new Date('2026-01-01T00:00:00Z')
    await utimes(join(folder, 'pump', leftover), lastActivity, lastActivity)
    expect(await collect(store.unfinished())).toEqual([
      { key: `pump/${leftover}`, size: 4, lastActivity, listedAt: expect.any(Date) as Date },
    ])
    await store.remove(`pump/${leftover}`)
    expect(await namesBelow(folder)).toEqual(['pump', 'pump/.b.part', 'pump/a'])
  })

  it('removes the folders of removed objects that are empty now, and no others', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder: join(folder, 'lake') })
    for (const key of ['a/b/c/one', 'a/b/two', 'a/three']) await store.write(key, [])
    await mkdir(join(folder, 'lake', 'empty'))
    for (const key of ['a/b/c/one', 'a/b/two']) await store.remove(key)
    await store.removeEmptyFolders(['a/b/c/one', 'a/b/two', 'a/three'])
    expect(await readdir(join(folder, 'lake'))).toEqual(['a', 'empty'])
    expect(await readdir(join(folder, 'lake', 'a'))).toEqual(['three'])
    await store.remove('a/three')
    await store.removeEmptyFolders(['a/three'])
    expect(await readdir(join(folder, 'lake'))).toEqual(['empty'])
  })

  it('writes an object after an earlier writer of it was killed', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { [leftover]: 'half' })
    expect(await folderStore({ folder }).write('b.parquet', bytesOf('whole'))).toMatchObject({
      written: true,
    })
    expect(await namesBelow(folder)).toEqual([leftover, 'b.parquet'].sort())
  })

  it('reports in one sentence that its folder is a file', async () => {
    const folder = join(await tempFolder(), 'lake')
    await writeFile(folder, 'a file')
    const store = folderStore({ folder })
    const inPath = 'a part of the path is a file, not a folder'
    for (const [doing, why, failing] of [
      ['write', inPath, () => store.write('pump/a', bytesOf('x'))],
      ['write', inPath, () => store.write('pump/a', bytesOf('x'), { overwrite: true })],
      ['read', inPath, () => store.find('pump/a')],
      ['list', inPath, () => collect(store.list('pump/a'))],
    ] as const) {
      const error: unknown = await failing().catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(ObjectStoreError)
      expect(error).toMatchObject({
        key: 'pump/a',
        location: folder,
        message: `cannot ${doing} ${join(folder, 'pump', 'a')}: ${why}`,
        cause: expect.objectContaining({
          code: 'ENOTDIR',
        }) as Error,
      })
    }
    expect(await readFile(folder, 'utf8')).toBe('a file')
  })

  it('names the file that could not be read', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    await store.write('a', bytesOf('x'))
    const object = await store.find('a')
    await rm(join(folder, 'a'))
    await expect(object?.etag()).rejects.toThrow(`cannot read ${join(folder, 'a')}: no such file or folder`)
  })

  it('does not treat a folder as an object', async () => {
    const folder = await tempFolder()
    const store = folderStore({ folder })
    await store.write('pump/a', bytesOf('x'))
    await store.remove('pump')
    expect(await namesBelow(folder)).toEqual(['pump', 'pump/a'])
  })

  // On Windows only administrators may make symbolic links to files.
  describe.skipIf(process.platform === 'win32')('with links', () => {
    it('lists, finds, reads, writes and removes below a link to a folder, and keeps the link', async () => {
      const [folder, elsewhere] = [await tempFolder(), await tempFolder()]
      const store = folderStore({ folder })
      const key = 'pump/event_date=2026-01-01/a'
      await mkdir(join(folder, 'pump'))
      await symlink(elsewhere, join(folder, dirname(key)))
      expect(await store.write(key, bytesOf('abc'))).toMatchObject({ written: true })
      expect(await namesBelow(elsewhere)).toEqual(['a'])
      expect((await collect(store.list(''))).map((object) => object.key)).toEqual([key])
      expect(await store.find(key)).toMatchObject({ size: 3 })
      expect(
        await publish(localFiles(folder), folderStore({ folder: join(await tempFolder()) })),
      ).toMatchObject({
        published: 1,
      })
      await store.remove(dirname(key))
      expect(await store.find(key)).toBeDefined()
      await store.remove(key)
      await store.removeEmptyFolders([key])
      expect(await readdir(join(folder, 'pump'))).toEqual(['event_date=2026-01-01'])
    })

    it('replaces the files of a folder behind a link, and keeps the link', async () => {
      const [folder, elsewhere] = [await tempFolder(), await tempFolder()]
      const store = folderStore({ folder })
      const prefix = 'pump/event_date=2026-01-01/'
      await mkdir(join(folder, 'pump'))
      await symlink(elsewhere, join(folder, dirname(`${prefix}a`)))
      for (const name of ['a', 'b']) await store.write(`${prefix}${name}`, bytesOf(name))
      await store.write('_next/c', bytesOf('c'))
      await store.replaceFolder(prefix, { next: '_next/', aside: '_aside/', remove: [`${prefix}a`] })
      expect(await namesBelow(elsewhere)).toEqual(['b', 'c'])
      expect((await collect(store.list(''))).map(({ key }) => key)).toEqual([`${prefix}b`, `${prefix}c`])
      expect(await readdir(folder)).toEqual(['pump'])
    })

    it('refuses an object in place of a broken link, and replaces the link with overwrite', async () => {
      const folder = await tempFolder()
      const store = folderStore({ folder })
      await symlink(join(folder, 'missing'), join(folder, 'a'))
      expect(await store.find('a')).toBeUndefined()
      expect(await collect(store.list(''))).toEqual([])
      const refused = `cannot write ${join(folder, 'a')}: this store cannot hold an object in place of a broken link: choose another key`
      await expect(store.write('a', bytesOf('x'))).rejects.toThrow(refused)
      await store.write('a', bytesOf('x'), { overwrite: true })
      expect(await namesBelow(folder)).toEqual(['a'])
    })

    it('replaces and removes a link to a file, not the file', async () => {
      const [folder, elsewhere] = [await tempFolder(), await tempFolder()]
      await writeFiles(elsewhere, { file: 'abc' })
      const store = folderStore({ folder })
      for (const key of ['a', 'b']) await symlink(join(elsewhere, 'file'), join(folder, key))
      await store.write('a', bytesOf('x'), { overwrite: true })
      await store.remove('b')
      expect(await readFile(join(elsewhere, 'file'), 'utf8')).toBe('abc')
      expect(await namesBelow(folder)).toEqual(['a'])
    })

    it.skipIf(!existsSync('/dev/shm'))(
      'names a staged object behind a link to another file system',
      async () => {
        const folder = await tempFolder()
        const memory = await mkdtemp('/dev/shm/minilake-')
        onTestFinished(() => rm(memory, { recursive: true }))
        const store = folderStore({ folder })
        await symlink(memory, join(folder, 'pump'))
        const stage = (text: string) => store.stage(bytesOf(text))
        const [first, second] = [await stage('abc'), await stage('xyz')]
        expect(await first.name('pump/a')).toBe(true)
        expect(await second.name('pump/a')).toBe(false)
        await second.discard()
        expect(await readFile(join(memory, 'a'), 'utf8')).toBe('abc')
        expect(await readdir(memory)).toEqual(['a'])
        expect(await namesBelow(folder)).toEqual(['pump', 'pump/a'])
      },
    )
  })

  describe.skipIf(process.platform === 'win32')('a power cut loses no name that was reported', () => {
    /** Watches Node flush folders: which ones, and what was in them at that moment. */
    const watchFlushes = async (folder: string) => {
      const handle = await open(folder)
      const prototype = Object.getPrototypeOf(handle) as { fd: number; sync(): Promise<void> }
      await handle.close()
      const flushed: string[] = []
      const sync = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof handle) {
        const { ino } = await this.stat()
        for (const name of ['.', ...(await namesBelow(folder))]) {
          const path = join(folder, name)
          const found = await stat(path).catch(() => undefined) // another writer has just named it
          if (found?.ino !== ino) continue
          const visible = (await readdir(path)).filter((each) => !each.endsWith('.part'))
          flushed.push(`${name}: ${visible.sort().join(' ')}`)
        }
      })
      onTestFinished(() => sync.mockRestore())
      return flushed
    }

    it.each([false, true])('of a write (overwrite %s), nor the folders made for it', async (overwrite) => {
      const folder = await tempFolder()
      const flushed = await watchFlushes(folder)
      await folderStore({ folder }).write('a/b/c', bytesOf('x'), { overwrite })
      expect(flushed).toEqual(['.: a', 'a: b', 'a/b: c'])
      flushed.length = 0
      await folderStore({ folder }).write('a/b/c', bytesOf('x'))
      expect(flushed).toEqual([])
    })

    it('of staged objects that are named together', async () => {
      const folder = await tempFolder()
      const store = folderStore({ folder })
      await store.write('pump/0', bytesOf('x'))
      const keys = Array.from({ length: 20 }, (_, index) => `pump/${index + 1}`)
      const staged = []
      for (const key of keys) staged.push({ key, object: await store.stage(bytesOf(key)) })
      const flushed = await watchFlushes(folder)
      await Promise.all(staged.map(({ key, object }) => object.name(key)))
      expect(flushed.at(-1)?.split(' ')).toHaveLength(22)
    })
  })
})
