import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { tempFolder } from './fixtures/temp-folder.js'

const systemError = (code: string) => Object.assign(new Error(`${code}: Node's message`), { code })

describe('describeSystemError', () => {
  it.each([
    ['EACCES', 'permission denied'],
    ['EPERM', 'operation not permitted'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'no space left on the disk'],
    ['EDQUOT', 'the disk quota is used up'],
    ['ENOTDIR', 'a part of the path is a file, not a folder'],
    ['EEXIST', 'something with that name exists and is not a folder'],
    ['EISDIR', 'a folder with that name exists'],
    ['ENAMETOOLONG', 'the name is too long for the file system'],
    ['EMFILE', 'too many open files'],
  ])('describes %s: %s', (code, sentence) => {
    expect(describeSystemError(systemError(code))).toBe(sentence)
  })

  it('describes a real file system error', async () => {
    const missing = join(await tempFolder(), 'missing')
    const error: unknown = await readdir(missing).catch((cause: unknown) => cause)
    expect(describeSystemError(error)).toBe('no such file or folder')
  })

  it('returns the message of any other error', () => {
    expect(describeSystemError(new Error('the sensor is gone'))).toBe('the sensor is gone')
    expect(describeSystemError(systemError('EWHATEVER'))).toBe("EWHATEVER: Node's message")
  })
})
