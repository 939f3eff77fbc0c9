import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { setIcebergFormat } from '../../src/config/set-format.js'
import { turbine } from '../turbine.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-format-'))
  return () => rm(folder, { recursive: true, force: true })
})

test('sets the format of one table in a JSON file, and keeps everything else', async () => {
  const path = join(folder, 'minilake.config.json')
  const config = { out: 'data', tables: [{ name: 'other' }, { name: 'turbine', comment: 'c' }] }
  await writeFile(path, JSON.stringify(config))
  expect(await setIcebergFormat(turbine, { path })).toBeUndefined()
  const expected = {
    out: 'data',
    tables: [{ name: 'other' }, { name: 'turbine', comment: 'c', format: 'iceberg' }],
  }
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(expected)
  expect(await readdir(folder)).toEqual(['minilake.config.json'])
})

test('a link to the file stays one, and the file keeps its permissions', async () => {
  const [path, link] = [join(folder, 'real.json'), join(folder, 'minilake.config.json')]
  await writeFile(path, JSON.stringify({ tables: [{ name: 'turbine' }] }), { mode: 0o600 })
  await symlink(path, link)
  expect(await setIcebergFormat(turbine, { path: link })).toBeUndefined()
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    tables: [{ name: 'turbine', format: 'iceberg' }],
  })
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect((await lstat(path)).mode & 0o777).toBe(0o600)
})

test('says what is to be written in a file that it cannot edit', async () => {
  const path = join(folder, 'minilake.config.json')
  await writeFile(path, '{"tables":[{"name":"other"}]}')
  expect(await setIcebergFormat(turbine, { path })).toBe(
    `define table turbine with format: 'iceberg' in ${path}: until then, minilake refuses to use it as a Hive table`,
  )
  expect(await readFile(path, 'utf8')).toBe('{"tables":[{"name":"other"}]}')
  expect(await setIcebergFormat(turbine, { path: '/lake/minilake.config.ts' })).toBe(
    "add format: 'iceberg' to the definition of table turbine in /lake/minilake.config.ts: until then, minilake refuses to use it as a Hive table",
  )
  expect(await setIcebergFormat(turbine, undefined)).toMatch(/^define table turbine with format: 'iceberg'/)
  expect(await setIcebergFormat({ ...turbine, format: 'iceberg' }, undefined)).toBeUndefined()
})
