import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { tempFolder } from './fixtures/temp-folder.js'

const systemError = (code: string) => Object.assign(new Error(`${code}: the words of Node`), { code })

describe('describeSystemError', () => {
  it.each([
    ['EACCES', 'permission denied'],
    ['EPERM', 'operation not permitted'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'no space left on the disk'],
    ['EDQUOT', 'the disk quota is used up'],
    ['ENOTDIR', 'a part of the path is a file, not a folder'],
    ['EEXIST', 'there is something of that name that is not a folder'],
    ['EISDIR', 'there is a folder of that name'],
    ['ENAMETOOLONG', 'the name is too long for the file system'],
    ['EMFILE', 'too many open files'],
  ])('says for %s: %s', (code, words) => {
    expect(describeSystemError(systemError(code))).toBe(words)
  })

  it('describes an error of the file system itself', async () => {
    const missing = join(await tempFolder(), 'missing')
    const error: unknown = await readdir(missing).catch((cause: unknown) => cause)
    expect(describeSystemError(error)).toBe('no such file or folder')
  })

  it('gives the message of any other error', () => {
    expect(describeSystemError(new Error('the sensor is gone'))).toBe('the sensor is gone')
    expect(describeSystemError(systemError('EWHATEVER'))).toBe('EWHATEVER: the words of Node')
  })
})
