import { cp, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { finished, freshFolder, startMinilake } from './run-minilake.js'

const lakeFolder = (folder: string) => join(folder, 'lake', 'iot-time-series', 'pump')

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 50) {
    expect(waited).toBeLessThan(30_000)
    await wait(50)
  }
}

test('--verify reads back what was published', async () => {
  const { minilake } = await freshFolder()
  await minilake('generate', '--days', '12', '--interval', '1m')
  const sample = await minilake('ingest', '--verify', 'sample')
  expect([sample.code, sample.stderr]).toEqual([
    0,
    expect.stringMatching(/12 files published.*\n10 files read back from lake/s),
  ])
  expect((await minilake('ingest', '--verify', 'all')).stderr).toContain('12 files read back')
  const json = await minilake('ingest', '--verify', 'all', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    unchanged: 12,
    readBack: { compared: 12, differences: [] },
  })
})

test('refuses --verify with an unknown word, and with --watch', async () => {
  const { minilake } = await freshFolder()
  const word = await minilake('ingest', '--verify', 'some')
  expect([word.code, word.stderr]).toEqual([2, expect.stringContaining('Allowed choices are sample, all')])
  const both = await minilake('ingest', '--watch', '--verify', 'all')
  expect([both.code, both.stderr]).toEqual([
    2,
    expect.stringMatching(/^minilake: --watch never ends, so --verify has nothing to check afterwards/),
  ])
})

test('--watch publishes files when they are complete, not while they are written', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '2', '--interval', '1m', '--out', 'made')
  const run = startMinilake(folder, ['ingest', '--watch'])
  run.stdin.end()
  const ended = finished(run)
  const published = async () =>
    (await readdir(lakeFolder(folder)).catch(() => [])).filter((name) => !name.startsWith('.'))

  const out = join(folder, 'out', 'pump')
  await mkdir(out, { recursive: true })
  await cp(join(folder, 'made', 'pump', '2026-01-01.parquet'), join(out, '2026-01-01.parquet'))
  await until(async () => (await published()).length === 1)

  // A slow writer: bit by bit, for longer than the folder is looked at twice.
  const bytes = await readFile(join(folder, 'made', 'pump', '2026-01-02.parquet'))
  const file = await open(join(out, '2026-01-02.parquet'), 'w')
  for (let part = 0; part < 10; part++) {
    await file.write(
      bytes.subarray(Math.floor((bytes.length * part) / 10), Math.floor((bytes.length * (part + 1)) / 10)),
    )
    await wait(300)
    expect(await published()).toHaveLength(1)
  }
  await file.close()
  await until(async () => (await published()).length === 2)
  expect(await readFile(join(lakeFolder(folder), '2026-01-02.parquet'))).toEqual(bytes)

  run.kill('SIGINT')
  const { code, stderr } = await ended
  expect(stderr).not.toMatch(/failed|refused/)
  expect([code, stderr]).toEqual([
    130,
    expect.stringMatching(
      /^watching out\/.*\n1 file published.*\n1 file published.*\nstopped watching out\/: 2 files published\n$/s,
    ),
  ])
})

test('--watch that ends before a file could be published names it, and fails', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '1', '--interval', '1m')
  await truncate(join(folder, 'out', 'pump', '2026-01-01.parquet'), 1000)
  const run = startMinilake(folder, ['ingest', '--watch'])
  const ended = finished(run)
  run.stderr.on('data', (text: string) => {
    if (text.includes('failed: ')) run.kill('SIGINT')
  })
  const { code, stderr } = await ended
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /\nstopped watching out\/: 0 files published\nnot published: pump\/2026-01-01\.parquet\n$/,
    ),
  ])
})

test('--watch names a damaged file, and publishes it once it is repaired', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '1', '--interval', '1m')
  const path = join(folder, 'out', 'pump', '2026-01-01.parquet')
  const whole = await readFile(path)
  await truncate(path, 1000)
  const run = startMinilake(folder, ['ingest', '--watch'])
  run.stdin.end()
  let said = ''
  run.stderr.on('data', (text: string) => (said += text))
  const ended = finished(run)
  await until(() => Promise.resolve(said.includes('failed: ')))
  expect(said).toMatch(/failed: .*2026-01-01\.parquet/)
  await rm(path)
  const file = await open(path, 'w')
  await file.write(whole)
  await file.close()
  await until(() => Promise.resolve(said.includes('1 file published')))
  run.kill('SIGINT')
  expect((await ended).code).toBe(130)
})
