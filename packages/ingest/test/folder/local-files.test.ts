import { createHash } from 'node:crypto'
import { appendFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identityOf, localFile, localFiles } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { fileBytes } from '../../src/folder/local-files.js'
import { collect } from '../fixtures/byte-stream.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

const keysIn = async (...source: Parameters<typeof localFiles>) =>
  (await collect(localFiles(...source))).map(({ key }) => key)

describe('localFiles', () => {
  it('yields the files of a folder as objects, sorted by key', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/b.parquet': 'abc', 'pump/a.parquet': '', 'pump-2/a.parquet': '' })
    expect(await keysIn(folder)).toEqual(['pump-2/a.parquet', 'pump/a.parquet', 'pump/b.parquet'])
    const file = (await collect(localFiles(folder))).at(-1)
    expect(file).toMatchObject({ path: join(folder, 'pump', 'b.parquet'), size: 3 })
    expect(await file?.etag()).toBe('900150983cd24fb0d6963f7d28e17f72')
    expect(Buffer.concat(await collect(file?.bytes ?? fileBytes('missing'))).toString()).toBe('abc')
  })

  it('skips files and folders whose names start with _ or .', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, {
      '_truth/pump/a.json': '',
      '.hidden/a': '',
      'pump/_SUCCESS': '',
      'pump/.a.part': '',
      'pump/a_b.c': '',
    })
    expect(await keysIn(folder)).toEqual(['pump/a_b.c'])
  })

  it('limits the listing to a folder, even a hidden one', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { '_truth/pump/a.json': '', '_truth/.b': '', 'pump/a': '' })
    expect(await keysIn(folder, { below: '_truth/' })).toEqual(['_truth/pump/a.json'])
  })

  it('reports a missing folder in one sentence, but lists nothing below a missing subfolder', async () => {
    const folder = await tempFolder()
    const missing = join(folder, 'missing')
    await expect(keysIn(missing)).rejects.toThrow(`cannot list ${missing}: no such file or folder`)
    expect(await keysIn(folder, { below: '_truth/' })).toEqual([])
  })

  it('reports in one sentence that its folder is a file', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { file: '' })
    await expect(keysIn(join(folder, 'file'))).rejects.toThrow(
      `cannot list ${join(folder, 'file')}: expected a folder, got a file`,
    )
  })

  it('reports in one sentence that a file no longer exists', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { a: 'abc' })
    const [file] = await collect(localFiles(folder))
    await rm(join(folder, 'a'))
    const sentence = `cannot read ${join(folder, 'a')}: no such file or folder`
    await expect(file?.etag()).rejects.toThrow(sentence)
    await expect(identityOf(file?.bytes ?? [])).rejects.toThrow(sentence)
  })
})

describe('a local file', () => {
  const content = Buffer.from('0123456789')

  it('is read into memory at any offset', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { a: content })
    const file = await localFile(folder, 'a')
    const target = Buffer.alloc(4)
    for (const start of [6, 0]) {
      await file?.readInto(target, start)
      expect(target.toString()).toBe(content.subarray(start, start + 4).toString())
    }
    expect(await file?.sha256()).toBe(createHash('sha256').update(content).digest('hex'))
  })

  it.each([
    ['has grown', (path: string) => appendFile(path, 'more')],
    ['has shrunk', (path: string) => truncate(path, 9)],
    ['was written again', (path: string) => utimes(path, new Date(), new Date(Date.now() + 5000))],
  ])('can no longer be read in any way once it %s', async (_, change) => {
    const folder = await tempFolder()
    const path = join(folder, 'a')
    await writeFiles(folder, { a: content })
    const file = await localFile(folder, 'a')
    await file?.readInto(Buffer.alloc(4), 0)
    await change(path)
    const sentence = `cannot read ${path}: it changed while it was being read: run again when it is complete`
    await expect(file?.readInto(Buffer.alloc(4), 4)).rejects.toThrow(sentence)
    await expect(file?.etag()).rejects.toThrow(sentence)
    await expect(file?.sha256()).rejects.toThrow(sentence)
    await expect(identityOf(file?.bytes ?? [])).rejects.toThrow(sentence)
  })

  it('cannot be read beyond its end', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { a: content })
    const file = await localFile(folder, 'a')
    await expect(file?.readInto(Buffer.alloc(4), 8)).rejects.toThrow(/it changed while it was being read/)
  })
})

describe('fileBytes', () => {
  // More than the two chunks that a test may skip.
  const content = new Uint8Array(2.5 * 1024 * 1024).fill(1)

  it('reads a file in chunks of up to 1 MiB', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { a: content })
    const chunks = await collect(fileBytes(join(folder, 'a')))
    expect(chunks.map(({ length }) => length)).toEqual([1024 * 1024, 1024 * 1024, 512 * 1024])
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
  })

  it.each([
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 10)],
    [
      'changes without changing its size',
      async (path: string) => {
        const { mtimeMs } = await stat(path)
        await writeFile(path, new Uint8Array(content.length).fill(2))
        // A file system's clock may be too coarse to show the write.
        await utimes(path, new Date(), new Date(mtimeMs + 2000))
      },
    ],
  ])('rejects if the file %s while it is being read', async (_, change) => {
    const folder = await tempFolder()
    const path = join(folder, 'a')
    await writeFile(path, content)
    const reading = fileBytes(path)
    await reading.next()
    await change(path)
    await expect(collect(reading)).rejects.toThrow(
      `cannot read ${path}: it changed while it was being read: run again when it is complete`,
    )
  })
})
