import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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

test('says what is to be written in a file that it cannot edit', async () => {
  expect(await setIcebergFormat(turbine, { path: '/lake/minilake.config.ts' })).toBe(
    "add format: 'iceberg' to the definition of table turbine in /lake/minilake.config.ts: until then, minilake refuses to use it as a Hive table",
  )
  expect(await setIcebergFormat(turbine, undefined)).toMatch(/^define table turbine with format: 'iceberg'/)
  expect(await setIcebergFormat({ ...turbine, format: 'iceberg' }, undefined)).toBeUndefined()
})
