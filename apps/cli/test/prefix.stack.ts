import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { finished, type Minilake, processIn, startMinilake } from './run-minilake.js'
import {
  administratorStoreOf,
  administratorVariables,
  emptyLake,
  engineOf,
  stackFolder,
  storeOf,
} from './stack-folder.js'

// Two lakes in folders of one bucket, by the users of the stack with their usual rights.
vi.setConfig({ testTimeout: 300_000 }) // each test runs several processes
const stack = inject('stack')
const location = `s3://${stack.bucket}/team/lake/`
const otherLocation = `s3://${stack.bucket}/team/other/`
const turbine = defineTable({
  name: 'turbine',
  columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double', nullable: true } },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})
const quick = ['--interval', '1m', '--workers', '1']
let folder: string
let minilake: Minilake
let other: { folder: string; minilake: Minilake }
const variables = { MINILAKE_PROFILE: 'stack', MINILAKE_STACK_LOCATION: location }

beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack, { MINILAKE_STACK_LOCATION: location }))
  other = await stackFolder(stack, { MINILAKE_STACK_LOCATION: otherLocation })
})
afterAll(async () => {
  await emptyLake(stack)
  for (const each of [folder, other.folder]) await rm(each, { recursive: true, force: true })
})

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of administratorStoreOf(stack).list(prefix)) keys.push(key)
  return keys
}

/** Runs a command that has to succeed; resolves with what it wrote. */
async function done(run: ReturnType<Minilake>): Promise<string> {
  const { code, stdout, stderr } = await run
  expect(code, stdout + stderr).toBe(0)
  return stdout + stderr
}

test('generates, publishes, registers, queries and verifies below its folder', async () => {
  const fleet = ['--table', 'pump_daily', '--pumps', '2', '--days', '2', ...quick]
  expect(await done(minilake('generate', ...fleet, '--target', location))).toContain(
    `4 files generated in ${location.slice(0, -1)}/`,
  )
  await done(minilake('generate', '--days', '2', ...quick))
  expect(await done(minilake('ingest', '--verify', 'all'))).toContain(`2 files published in ${location}`)
  expect(await done(minilake('ingest'))).toContain('2 files unchanged')
  expect(await keysOf('')).toEqual(await keysOf('team/lake/'))
  expect(await keysOf('team/lake/pump/')).toEqual(
    ['2026-01-01', '2026-01-02'].map((day) => `team/lake/pump/${day}.parquet`),
  )
  expect(await done(minilake('catalog'))).toContain('table hive.iot_dw.pump_daily: 2 new partitions')
  expect(await done(minilake('catalog'))).toContain('nothing new')
  const rows =
    'SELECT (SELECT count(*) FROM hive.iot_dw.pump) + (SELECT count(*) FROM hive.iot_dw.pump_daily) n'
  expect(JSON.parse((await minilake('query', 'sql', rows, '--format', 'json')).stdout)).toEqual([
    { n: 6 * 1440 },
  ])
  await done(minilake('verify'))
  const status = JSON.parse((await minilake('status', '--json')).stdout) as object
  expect(status).toMatchObject({
    location: location.slice(0, -1),
    tables: [
      { table: 'pump', out: { notInLake: 0 }, lake: { files: 2 } },
      { table: 'pump_daily', lake: { files: 4 } },
    ],
  })
})

test('doctor passes, and the rights of the publishing user are those below a bucket’s root', async () => {
  const { code, stdout } = await minilake('doctor')
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/✓ create-once +when writers race for a key, exactly one wins$/m)
  expect(stdout).toMatch(/✓ unfinished uploads +none$/m)

  // Replaces a data file without a truth: the truth of the old content has to go.
  await done(minilake('generate', '--days', '1', '--seed', '7', '--overwrite', ...quick))
  await rm(join(folder, 'out', '_truth'), { recursive: true })
  const truth = 'team/lake/_truth/pump/2026-01-01.json'
  expect(await keysOf('team/lake/_truth/pump/2026-01-01')).toEqual([truth])
  await done(minilake('ingest', '--overwrite'))
  const record = 'team/lake/_truth/pump/2026-01-01.record'
  expect(await keysOf('team/lake/_truth/pump/2026-01-01')).toEqual([record])
  expect((await minilake('verify', '--table', 'pump')).code).toBe(1)
  await expect(storeOf(stack).remove('team/lake/pump/2026-01-01.parquet')).rejects.toThrow('s3:DeleteObject')
})

test('Trino’s own tables are in the folder too, where the publishing user does not reach them', async () => {
  const engine = engineOf(stack)
  await engine.execute('CREATE TABLE hive.iot_dw.own AS SELECT count(*) AS n FROM hive.iot_dw.pump')
  const keys = (await keysOf('team/lake/iot_dw/own/')).filter((key) => !key.endsWith('/'))
  expect(keys.length).toBeGreaterThan(0)
  await expect(storeOf(stack).read(keys[0] as string)).rejects.toThrow('access is denied')
  await engine.execute('DROP TABLE hive.iot_dw.own')
  await engine.close()
  expect((await keysOf('team/lake/iot_dw/own/')).filter((key) => !key.endsWith('/'))).toEqual([])
})

test('imports, and publishes a file as it is finished', async () => {
  const config = ['--config', 'turbine.json']
  await writeFile(join(folder, 'turbine.json'), JSON.stringify({ tables: [turbine] }))
  await writeFile(join(folder, 'turbine.csv'), 'event_timestamp,power\n2026-01-01T10:00:00Z,1.5\n')
  const watching = startMinilake(folder, ['ingest', '--watch', ...config], variables)
  const ended = finished(watching)
  await done(minilake('import', 'turbine.csv', '--out', 'out', ...config))
  await vi.waitFor(
    async () =>
      expect((await keysOf('team/lake/turbine/')).some((key) => key.endsWith('.parquet'))).toBe(true),
    { timeout: 120_000, interval: 500 },
  )
  const count = () =>
    minilake('query', 'sql', 'SELECT count(*) AS n FROM hive.iot_dw.turbine', '--format', 'csv')
  await vi.waitFor(async () => expect((await count()).stdout).toContain('1'), {
    timeout: 120_000,
    interval: 500,
  })
  watching.kill('SIGINT')
  expect((await ended).stderr).toContain('1 file published')
})

test('the library writes there, and Trino reads it', async () => {
  const { endpoint, trino, credentials } = stack
  const lake = await openLake({
    ...{ profile: 'stack', tables: [turbine], cwd: folder, credentials },
    profiles: { stack: { endpoint, trino, location } },
  })
  const rows = [{ event_timestamp: new Date('2026-01-02T10:00:00Z'), power: 2.5 }]
  expect(await lake.write(turbine, rows)).toMatchObject({ written: 1 })
  expect(await lake.write(turbine, rows)).toMatchObject({ written: 0, unchanged: 1 })
  const sums = []
  for await (const row of lake.query('SELECT sum(power) AS power FROM hive.iot_dw.turbine')) sums.push(row)
  expect(sums).toEqual([{ power: 4 }])
  await lake.close()
})

test('another lake in the bucket has objects of its own under the same keys', async () => {
  await done(other.minilake('generate', '--days', '1', '--seed', '99', ...quick))
  expect(await done(other.minilake('ingest'))).toContain(`1 file published in ${otherLocation}`)
  expect(await keysOf('team/other/')).toEqual([
    'team/other/_probe/result.json',
    'team/other/_truth/pump/2026-01-01.json',
    'team/other/pump/2026-01-01.parquet',
  ])
  // The tables of these names are the first lake's.
  const tables = await minilake('catalog', '--print')
  const refused = await other.minilake('catalog')
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toMatch(
    new RegExp(
      `^minilake: nothing was changed: profiles.stack.location \\(MINILAKE_STACK_LOCATION\\) is ${otherLocation}, but the catalog has hive.iot_dw.pump, hive.iot_dw.pump_daily at ${location}: correct the location`,
    ),
  )
  const doctor = await other.minilake('doctor')
  expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/✗ tables /)])
  expect(await done(minilake('catalog'))).toContain('nothing new')
  expect(tables.stdout).toContain(`external_location = '${location}pump/'`)
})

test.each([
  [
    'a bucket that is not there',
    's3://iot-time-serie/',
    1,
    /^minilake: cannot list s3:\/\/iot-time-serie\/: access is denied/,
  ],
  ['a folder that is not the lake’s', `s3://${stack.bucket}/team/`, 1, /^minilake: nothing was changed: /],
  ['another kind of store', 'gs://iot-time-series/', 2, /expected a bucket or a folder in one/],
  [
    'an access point',
    's3://arn:aws:s3:us-east-1:123456789012:accesspoint/readings/',
    2,
    /use the access point's alias/,
  ],
])('catalog refuses %s, and does not advise to drop all tables', async (_, wrong, code, sentence) => {
  const engine = engineOf(stack)
  await engine.execute('DROP TABLE IF EXISTS hive.iot_dw.pump_daily')
  const run = await processIn(folder, { ...variables, MINILAKE_STACK_LOCATION: wrong })('catalog')
  expect([run.code, run.stdout]).toEqual([code, ''])
  expect(run.stderr).toMatch(sentence)
  await expect(engine.execute('SELECT 1 FROM hive.iot_dw.pump_daily')).rejects.toThrow('TABLE_NOT_FOUND')
  await engine.close()
  await done(minilake('catalog'))
})

test('clean removes what was simulated in its own folder only', async () => {
  await done(minilake('generate', '--days', '1', '--seed', '7', '--overwrite', ...quick))
  await done(minilake('ingest'))
  const before = await keysOf('team/other/')
  const administrator = processIn(folder, { ...variables, ...administratorVariables(stack) })
  expect(await done(administrator('clean', '--yes'))).toContain(`in ${location}`)
  for (const table of ['pump', 'pump_daily'])
    expect((await keysOf(`team/lake/${table}/`)).filter((key) => key.endsWith('.parquet'))).toEqual([])
  expect(await keysOf('team/other/')).toEqual(before)
  expect((await keysOf('team/lake/turbine/')).some((key) => key.endsWith('.parquet'))).toBe(true)
})
