import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codecsOf, finished, freshFolder, processIn, startMinilake } from './run-minilake.js'

test('writes one file per UTC day and one truth beside each', async () => {
  const { folder, minilake } = await freshFolder()
  const run = await minilake('generate', '--days', '3', '--interval', '1m')
  expect(run).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^3 files generated in out\/: 4,320 rows, /),
  })
  expect(await readdir(join(folder, 'out', 'pump'))).toEqual(days(3, '.parquet'))
  expect(await readdir(join(folder, 'out', '_truth', 'pump'))).toEqual(days(3, '.json'))
  expect(await codecsOf(join(folder, 'out', 'pump', '2026-01-02.parquet'))).toEqual(Array(4).fill('SNAPPY'))
})

test('without Snappy for this machine, files are uncompressed, say so, and everything else works', async () => {
  const { folder } = await freshFolder()
  const hook = join(folder, 'without-snappy.cjs')
  await writeFile(
    hook,
    `const Module = require('node:module')
    const load = Module._load
    Module._load = function (name, ...rest) {
      if (/napi-rs.snappy|snappy[^/]*\\.node/.test(name)) throw new Error('Cannot find module ' + name)
      return load.call(this, name, ...rest)
    }`,
  )
  const minilake = processIn(folder, { NODE_OPTIONS: `--require ${JSON.stringify(hook)}` })
  expect(await minilake('status')).toMatchObject({ code: 0 })
  for (const workers of ['1', '2']) {
    const run = await minilake('generate', '--days', '2', '--interval', '1m', '--workers', workers)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(
      `minilake: writing data files needs the package snappy with its binary for ${process.platform}-${process.arch}, which is missing: reinstall minilake`,
    )
  }
  expect(await readdir(folder)).not.toContain('out')
})

test('the bytes of a day depend on the seed, not on the number of days or workers', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '2', '--interval', '10s', '--out', 'two')
  await minilake('generate', '--days', '7', '--interval', '10s', '--out', 'seven', '--workers', '1')
  await minilake('generate', '--days', '2', '--interval', '10s', '--out', 'three-workers', '--workers', '3')
  await minilake('generate', '--days', '2', '--interval', '10s', '--out', 'other-seed', '--seed', '43')
  for (const day of days(2, '')) {
    const digests = async (out: string) => ({
      data: await sha256(join(folder, out, 'pump', `${day}.parquet`)),
      truth: await sha256(join(folder, out, '_truth', 'pump', `${day}.json`)),
    })
    const two = await digests('two')
    expect(await digests('seven')).toEqual(two)
    expect(await digests('three-workers')).toEqual(two)
    expect((await digests('other-seed')).data).not.toBe(two.data)
  }
})

test('a rerun keeps identical files, refuses different ones and replaces them only with --overwrite', async () => {
  const { folder, minilake } = await freshFolder()
  const generate = (...more: string[]) => minilake('generate', '--days', '2', '--interval', '1m', ...more)
  await generate()
  const file = join(folder, 'out', 'pump', '2026-01-02.parquet')
  const before = await sha256(file)

  expect(await generate()).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^2 files unchanged in out\//),
  })

  const refused = await generate('--seed', '1')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('2026-01-02.parquet already exists with different content')
  expect(refused.stderr).toContain('2 files not changed: generated with other options')
  expect(await sha256(file)).toBe(before)

  const replaced = await generate('--seed', '1', '--overwrite')
  expect(replaced).toMatchObject({ code: 0, stderr: expect.stringMatching(/^2 files replaced in out\//) })
  expect(await sha256(file)).not.toBe(before)
  expect(await generate('--seed', '1', '--overwrite')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^2 files unchanged/),
  })
})

test('a fleet lies in one folder per day, one file per pump', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--table', 'pump_daily', '--pumps', '2', '--days', '2', '--interval', '1m')
  expect(await readdir(join(folder, 'out', 'pump_daily'))).toEqual([
    'event_date=2026-01-01',
    'event_date=2026-01-02',
  ])
  expect(await readdir(join(folder, 'out', 'pump_daily', 'event_date=2026-01-02'))).toEqual([
    'pump-0001.parquet',
    'pump-0002.parquet',
  ])
})

test('--from, --to and --days choose the days, the last one included', async () => {
  const { folder, minilake } = await freshFolder()
  const daysOf = async (...args: string[]) => {
    const run = await minilake('generate', '--interval', '1h', '--out', args.join(), ...args)
    expect(run).toMatchObject({ code: 0 })
    return (await readdir(join(folder, args.join(), 'pump'))).map((name) => name.replace('.parquet', ''))
  }
  const turnOfMonth = ['2026-01-30', '2026-01-31', '2026-02-01']
  expect(await daysOf('--from', '2026-01-30', '--to', '2026-02-01')).toEqual(turnOfMonth)
  expect(await daysOf('--from', '2026-01-30', '--days', '3')).toEqual(turnOfMonth)
  expect(await daysOf('--from', '2026-01-30', '--to', '2026-01-30')).toEqual(['2026-01-30'])
  expect(await daysOf('--to', '2026-01-02')).toEqual(['2026-01-01', '2026-01-02'])
  expect(await daysOf('--from', '2026-01-30')).toHaveLength(7)
})

test('--json prints the report as data', async () => {
  const { minilake } = await freshFolder()
  const run = await minilake('generate', '--days', '1', '--interval', '1h', '--json')
  expect(JSON.parse(run.stdout)).toMatchObject({
    out: 'out',
    written: 1,
    unchanged: 0,
    rows: 24,
    conflicts: [],
  })
})

test.each([
  [['--table', 'pmp'], '--table expected one of pump, pump_daily, got pmp (did you mean pump?)'],
  [['--dayz', '3'], "unknown option '--dayz' (Did you mean --days?)"],
  [['--days', '-3'], "option '--days <n>' argument '-3' is invalid. Expected a whole number of at least 1."],
  [['--from', '2026-02-30'], "'2026-02-30' is invalid. Expected a day such as 2026-01-31, or a time such as"],
  [['--from', '2026-01-31T06:00'], '--from expected a day, such as 2026-01-31, got 2026-01-31T06:00'],
  [['--to', '2026-01-31T06:00'], '--to expected a day, such as '],
  [['--to', '2025-12-31'], '--from expected a day no later than --to, got 2026-01-01 and 2025-12-31'],
  [['--to', '2026-01-31', '--days', '3'], '--to and --days both set the last day: give one'],
  [['--start', '2026-01-31'], "unknown option '--start'"],
  [['--target', 's3://lake', '--out', 'out'], '--out writes to a folder and --target to a bucket: give one'],
  [
    ['--target', 's3://lake//below'],
    '--target expected a bucket or a folder in one, such as s3://iot-time-series/',
  ],
  [['--target', 'lake'], "argument 'lake' is invalid. Expected the URL of a bucket"],
  [
    ['--interval', '-1s'],
    "'-1s' is invalid. Expected a positive duration with its unit: 500ms, 1s, 5m or 1h.",
  ],
  [
    ['--interval', '7s'],
    'interval expected a whole number of milliseconds that divides a day, such as 1s, 500ms or 5m, got 7 s',
  ],
  [
    ['--pumps', '2'],
    'pumps expected 1 on table pump, which holds one pump, got 2: use table pump_daily for a fleet',
  ],
])('refuses %j with one sentence and exit code 2, and writes nothing', async (args, message) => {
  const { folder, minilake } = await freshFolder()
  const run = await minilake('generate', ...args)
  expect(run.code).toBe(2)
  expect(run.stdout).toBe('')
  expect(run.stderr).toMatch(/^minilake: /)
  expect(run.stderr).toContain(message)
  expect(await readdir(folder)).toEqual([])
})

test('a target that cannot be written to is named, with the reason', async () => {
  const { folder, minilake } = await freshFolder()
  await writeFile(join(folder, 'taken'), '')
  for (const more of [[], ['--overwrite'], ['--workers', '1']]) {
    const run = await minilake('generate', '--days', '2', '--out', 'taken', ...more)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('2026-01-01.parquet: a part of the path is a file, not a folder')
  }
})

// Windows has no signals: there Ctrl+C reaches a process by its console, which a test cannot press.
test.runIf(process.platform !== 'win32')(
  'SIGINT leaves whole files only, and a rerun completes',
  async () => {
    const { folder, minilake } = await freshFolder()
    const pumpFolder = join(folder, 'out', 'pump')
    const child = startMinilake(folder, ['generate', '--days', '60', '--interval', '2s'])
    const running = finished(child)
    while ((await filesIn(pumpFolder)).filter((name) => name.endsWith('.parquet')).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    child.kill('SIGINT')
    const interrupted = await running
    expect(interrupted.code).toBe(130)
    expect(interrupted.stderr).toBe(
      'minilake: interrupted: nothing is half done, and the same command continues where it stopped\n',
    )
    const left = await filesIn(pumpFolder)
    expect(left.filter((name) => name.startsWith('.'))).toEqual([])
    expect(left.length).toBeLessThan(60)

    const completed = await minilake('generate', '--days', '60', '--interval', '2s')
    expect(completed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^\d+ files generated, \d+ unchanged/),
    })
    await minilake('generate', '--days', '60', '--interval', '2s', '--out', 'fresh')
    for (const name of await filesIn(join(folder, 'fresh', 'pump'))) {
      expect(await sha256(join(pumpFolder, name))).toBe(await sha256(join(folder, 'fresh', 'pump', name)))
    }
  },
)

test('unfinished files of a killed run are not ingested, and clean finds them', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '1', '--interval', '1h')
  const unfinished = '.2026-01-02.parquet.0b5c8c2e-1c2d-4e3f-8a9b-0c1d2e3f4a5b.part'
  await mkdir(join(folder, 'out', 'pump'), { recursive: true })
  await copyFile(join(folder, 'out', 'pump', '2026-01-01.parquet'), join(folder, 'out', 'pump', unfinished))
  expect((await minilake('ingest')).stderr).toMatch(/^1 file published/)
  const young = await minilake('clean', '--yes')
  expect(young.stdout).toMatch(
    /^leaves 1 unfinished file \(.*\) in .*out\/: written to in the last 24 hours, perhaps by a run that is still at work$/m,
  )
  expect(await readdir(join(folder, 'out', 'pump'))).toEqual([unfinished])
  const dayBefore = new Date(Date.now() - 24.1 * 3_600_000)
  await utimes(join(folder, 'out', 'pump', unfinished), dayBefore, dayBefore)
  expect((await minilake('clean', '--yes')).stdout).toContain('removed 1 unfinished file')
  expect(await readdir(join(folder, 'out'))).toEqual([])
})

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function filesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => [])
}

function days(count: number, ending: string): string[] {
  return Array.from({ length: count }, (_, index) => `2026-01-0${index + 1}${ending}`)
}
