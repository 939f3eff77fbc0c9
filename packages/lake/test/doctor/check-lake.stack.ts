import { type SqlEngine, sqlText } from '@minilake/analytics'
import { s3Store } from '@minilake/ingest/s3'
import { pump, pumpDaily } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { checkLake } from '../../src/doctor/check-lake.js'
import { openLake } from '../../src/index.js'
import type { LakeBackend } from '../../src/lake-backend.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'

const stack = inject('stack')
let remove: () => Promise<void>
beforeAll(async () => {
  await emptyLake(stack)
  const temporary = await temporaryFolder()
  remove = temporary.remove
  const lake = await openLake({ ...stackOptions(stack), tables: [pump, pumpDaily], cwd: temporary.folder })
  for (const table of [pump, pumpDaily])
    await lake.generate(table, { from: '2026-01-01', days: 2, intervalSeconds: 60 }, { workers: 1 })
  await lake.ingest()
  await lake.register()
  expect((await lake.doctor()).filter(({ state }) => state !== 'ok')).toEqual([])
  await lake.close()
}, 120_000)
afterAll(() => remove())

/** The first check that fails, with a store, an engine or a clock of the test's own. */
async function failedCheck(own: Partial<LakeBackend>, now = Date.now) {
  const lake: LakeBackend = {
    profile: 'stack',
    tables: [pump, pumpDaily],
    store: storeOf(stack),
    resumeAfterSeconds: 60,
    servers: {
      endpoint: stack.endpoint,
      trino: stack.trino,
      location: 's3://iot-time-series/',
      timeoutSeconds: 20,
      users: { creates: 'minilake', reads: 'minilake-query' },
      openCatalogEngine: () => Promise.resolve(engineOf(stack)),
    },
    shapeDifference: () => Promise.resolve(undefined),
    openEngine: () => Promise.resolve(engineOf(stack)),
    openEngineOver: () => Promise.reject(new Error('the doctor verifies nothing')),
    catalogStatements: () => Promise.resolve([]),
    registerTables: () => Promise.reject(new Error('the doctor registers nothing')),
    ...own,
  }
  const results = await checkLake(lake, { now, signal: new AbortController().signal })
  return results.find(({ state }) => state === 'failed')
}

test('clock: 20 minutes off, as S3 reports of a request signed so', async () => {
  const { bucket, endpoint, credentials } = stack
  const store = s3Store({ bucket, endpoint, credentials, clockOffsetMillis: 20 * 60_000, maxAttempts: 1 })
  const failed = await failedCheck({ store })
  expect(failed).toMatchObject({ check: 'clock', fix: expect.stringContaining('timedatectl') })
})

test('clock: 20 minutes off, compared with the time of S3', async () => {
  const now = () => Date.now() - 20 * 60_000
  const failed = await failedCheck({}, now)
  expect(failed).toMatchObject({ check: 'clock', fix: expect.stringContaining('timedatectl') })
  expect(failed?.finding).toMatch(/^the clock of this machine is (1199|1200|1201) s behind the clock of S3/)
})

test('time zone: an engine that reads times in the zone of Kathmandu', async () => {
  const openEngine = () => {
    const engine = engineOf(stack)
    const query: SqlEngine['query'] = (asked, options) => {
      const time = 'min("event_timestamp")'
      const sql = sqlText(asked, engine.dialect).replace(
        `${time} AS first_reading`,
        `${time} + INTERVAL '345' MINUTE AS first_reading`,
      )
      return engine.query({ ...asked, sql }, options)
    }
    return Promise.resolve({ ...engine, query })
  }
  expect(await failedCheck({ openEngine })).toMatchObject({
    check: 'time zone',
    finding: expect.stringContaining(
      'was written as 2026-01-01T00:00:00.000Z and read as 2026-01-01T05:45:00.000Z',
    ),
    fix: "set hive.parquet.time-zone=UTC in Trino's catalog hive",
  })
})

test('deep: partitions that are missing in the catalog, vanished or point elsewhere, beside files that Trino cannot open', async () => {
  const lake = await openLake({ ...stackOptions(stack), tables: [pump, pumpDaily] })
  onTestFinished(() => lake.close())
  const store = storeOf(stack)
  const { bucket, endpoint, administrator } = stack
  const owner = s3Store({ bucket, endpoint, credentials: administrator })
  const remove = (key: string) => owner.remove(key)
  const engine = engineOf(stack)
  const register = (day: string, folder: string) =>
    engine.execute(
      `CALL hive.system.register_partition('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['${day}'], 's3://iot-time-series/${folder}/')`,
    )
  const whole = await store.read('pump_daily/event_date=2026-01-01/pump-0001.parquet')
  const vanished = 'pump_daily/event_date=2026-02-03/a.parquet'
  await store.write(vanished, [whole])
  await lake.register({ tables: [pumpDaily] })
  await remove(vanished)
  const added = [
    'elsewhere/a.parquet',
    'pump_daily/event_date=2026-01-01/damaged.parquet',
    'pump_daily/event_date=2026-01-01/notes.txt',
    'pump_daily/event_date=2026-01-03/other-day.parquet',
    'pump_daily/event_date=__HIVE_DEFAULT_PARTITION__/a.parquet',
  ]
  for (const key of added)
    await store.write(key, [/damaged|notes/.test(key) ? new TextEncoder().encode('no Parquet file') : whole])
  onTestFinished(async () => {
    for (const key of added) await remove(key)
    await engine.execute("CALL hive.system.sync_partition_metadata('iot_dw', 'pump_daily', 'FULL')")
    await engine.close()
  })
  await register('2026-02-01', 'elsewhere')
  await register('2026-02-02', 'pump_daily/event_date=2026-01-02')
  const results = await lake.doctor({ deep: true })
  const faults = results.flatMap(({ check, faults = [] }) =>
    faults.map(({ key, fault }) => `${check}: ${key.replace('pump_daily/event_date=', '')}: ${fault}`),
  )
  expect(results.filter(({ state, faults }) => state === 'failed' && !faults)).toMatchObject([
    { check: 'tables' },
  ])
  expect(faults).toEqual([
    expect.stringMatching(/^keys: 2026-01-01\/notes\.txt: Trino reads it as a data file/),
    expect.stringMatching(
      /^keys: __HIVE_DEFAULT_PARTITION__\/a\.parquet: the partition event_date expected a day/,
    ),
    expect.stringMatching(/^footers: 2026-01-01\/damaged\.parquet: not a Parquet file/),
    expect.stringMatching(
      /^footers: 2026-01-03\/other-day\.parquet: partition .* expected rows of that day, got 2026-01-01/,
    ),
    expect.stringMatching(
      /^footers: __HIVE_DEFAULT_PARTITION__\/a\.parquet: partition .* expected rows of that day/,
    ),
    'partitions: 2026-01-03/: not in the catalog: Trino does not read it',
    'partitions: 2026-02-01/: the catalog reads this partition from another folder: s3://iot-time-series/elsewhere/a.parquet',
    'partitions: 2026-02-02/: the catalog reads this partition from another folder: s3://iot-time-series/pump_daily/event_date=2026-01-02/pump-0001.parquet',
    'partitions: 2026-02-03/: in the catalog, but it has no data file',
    'partitions: __HIVE_DEFAULT_PARTITION__/: not in the catalog: Trino does not read it',
  ])
})

test('verify and queries name a file that Trino cannot open, and verify compares the others', async () => {
  const lake = await openLake({ ...stackOptions(stack), tables: [pump, pumpDaily] })
  onTestFinished(() => lake.close())
  const { bucket, endpoint, administrator } = stack
  const store = s3Store({ bucket, endpoint, credentials: administrator })
  const key = 'pump/2026-01-02.parquet'
  const whole = await store.read(key)
  onTestFinished(async () => void (await store.write(key, [whole], { overwrite: true })))
  await store.write(key, [new TextEncoder().encode('a text file')], { overwrite: true })
  const [found] = await lake.verify({ tables: [pump] })
  expect(found).toMatchObject({ files: 1, hours: 24, rows: 1440, differences: [] })
  expect(found?.unreadable).toEqual([{ key, reason: expect.stringContaining('not a Parquet file') }])
  const rows = lake.query('SELECT sum(pressure) AS s FROM hive.iot_dw.pump')
  await expect(rows[Symbol.asyncIterator]().next()).rejects.toThrow(
    /^s3:\/\/iot-time-series\/pump\/2026-01-02\.parquet cannot be read: not a Parquet file.*minilake doctor --deep/,
  )
})
