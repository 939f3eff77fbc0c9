import type { SqlEngine } from '@minilake/analytics'
import { s3Store } from '@minilake/ingest/s3'
import { pump, pumpDaily } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
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
})
afterAll(() => remove())

/** The first check that fails, with a store, an engine or a clock of the test's own. */
async function failedCheck(own: Partial<LakeBackend>, now = Date.now) {
  const lake: LakeBackend = {
    profile: 'stack',
    tables: [pump, pumpDaily],
    store: storeOf(stack),
    servers: {
      endpoint: stack.endpoint,
      trino: stack.trino,
      location: 's3://iot-time-series/',
      users: { creates: 'minilake', reads: 'minilake-query' },
      openCatalogEngine: () => Promise.resolve(engineOf(stack)),
    },
    shapeDifference: () => Promise.resolve(undefined),
    openEngine: () => Promise.resolve(engineOf(stack)),
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
      const sql = asked.sql.replace(
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
