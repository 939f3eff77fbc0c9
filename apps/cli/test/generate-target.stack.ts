import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Minilake } from './run-minilake.js'
import { emptyLake, stackFolder, storeOf } from './stack-folder.js'

const stack = inject('stack')
const target = `s3://${stack.bucket}`
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
})
afterAll(async () => {
  await emptyLake(stack)
  await rm(folder, { recursive: true, force: true })
})

test('writes the files of a folder to a bucket without using the disk; a rerun changes nothing', async () => {
  const days = ['--table', 'pump_daily', '--pumps', '3', '--days', '2', '--interval', '10s']
  const first = await minilake('generate', ...days, '--target', target, '--json')
  expect(first.code, first.stderr).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({ out: target, written: 6, rows: 6 * 8640 })
  expect(await readdir(folder)).toEqual(['.env'])
  const again = await minilake('generate', ...days, '--target', target)
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^6 files unchanged in s3:/)])

  expect((await minilake('catalog')).code).toBe(0)
  const verified = await minilake('verify', '--table', 'pump_daily')
  expect(verified.code, verified.stderr).toBe(0)
  await minilake('generate', ...days)
  const key = 'pump_daily/event_date=2026-01-02/pump-0003.parquet'
  expect(Buffer.from(await storeOf(stack).read(key))).toEqual(await readFile(join(folder, 'out', key)))
})

test('Trino reads a day with NaN, lost, doubled and late readings as simulated', async () => {
  const nightmare = ['--table', 'pump', '--days', '1', '--scenario', 'nightmare']
  expect((await minilake('generate', ...nightmare, '--target', target)).code).toBe(0)
  expect((await minilake('catalog')).code).toBe(0)
  const verified = await minilake('verify', '--table', 'pump', '--json')
  expect(verified.code, verified.stdout).toBe(0)
  expect(JSON.parse(verified.stdout)).toMatchObject([{ files: 1, hours: 24, differences: [] }])
})

test('other content under a key is a conflict, and a missing bucket is named', async () => {
  const other = await minilake(
    'generate',
    '--table',
    'pump_daily',
    '--days',
    '1',
    '--seed',
    '7',
    '--target',
    target,
  )
  expect([other.code, other.stderr]).toEqual([
    1,
    expect.stringContaining('already exists with different content'),
  ])
  const nowhere = await minilake('generate', '--days', '1', '--target', 's3://iot-time-serie')
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringMatching(/^failed: .*access is denied: .* on iot-time-serie$/m),
  ])
  const both = await minilake('generate', '--target', target, '--out', 'out')
  expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/^minilake: --out writes to a folder/)])
})
