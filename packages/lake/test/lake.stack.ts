import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hourlyAverages } from '@minilake/analytics'
import { type InputRow, pump, pumpDaily } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../src/index.js'
import { emptyLake, engineOf, stackOptions, temporaryFolder } from './running-stack.js'
import { turbine } from './turbine.js'

const stack = inject('stack')
let folder: string
let remove: () => Promise<void>
let lake: Lake
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
beforeEach(async () => {
  await emptyLake(stack)
  lake = await openLake({ ...stackOptions(stack), tables: [turbine, pump, pumpDaily], cwd: folder })
  return () => lake.close()
})
afterAll(() => remove())

const rows: InputRow<typeof turbine>[] = [
  { event_timestamp: new Date('2026-01-02T00:30:00Z'), turbine_id: 'b', power: 3, starts: 2n },
  { event_timestamp: new Date('2026-01-01T10:00:00Z'), turbine_id: 'a', power: 1.5 },
]

async function all<R>(result: AsyncIterable<R>): Promise<R[]> {
  const found: R[] = []
  for await (const row of result) found.push(row)
  return found
}

test('is ready when Trino has a worker, and says when it is not', async () => {
  await lake.ready()
  const down = await openLake({
    ...stackOptions(stack),
    tables: [],
    profiles: { stack: { trino: 'http://127.0.0.1:9' } },
  })
  await expect(down.ready({ timeoutSeconds: 1 })).rejects.toThrow(/127\.0\.0\.1:9|not ready after 1 s/)
  await down.close()
})

test('writes rows to S3, registers the table in the metastore, and Trino reads them', async () => {
  const report = await lake.write(turbine, rows)
  expect(report).toMatchObject({ rows: 2, written: 2, unchanged: 0 })
  expect(report.catalog.changes).toEqual([
    'schema hive.iot_dw created',
    'table hive.iot_dw.turbine created',
    'table hive.iot_dw.turbine: 2 new partitions',
  ])
  expect(await all(lake.query(hourlyAverages(turbine, ['power'])))).toEqual([
    { hour: new Date('2026-01-01T10:00:00Z'), avg_power: 1.5 },
    { hour: new Date('2026-01-02T00:00:00Z'), avg_power: 3 },
  ])
  const again = await lake.write(turbine, rows)
  expect(again).toMatchObject({ written: 0, unchanged: 2, catalog: { changes: [] } })
  expect(await all(lake.query('SELECT count(*) AS n FROM hive.iot_dw.turbine'))).toEqual([{ n: 2n }])
})

test('queries as a user who only reads, unless a setting names another', async () => {
  await lake.write(turbine, rows)
  const drop = 'DROP TABLE hive.iot_dw.turbine'
  await expect(all(lake.query(drop))).rejects.toThrow(/Access Denied: Cannot drop table/)
  const { endpoint, trino } = stack
  const profiles = { stack: { endpoint, trino, queryUser: 'minilake' } }
  const other = await openLake({ ...stackOptions(stack), tables: [turbine], cwd: folder, profiles })
  await all(other.query(drop))
  await other.close()
  expect((await lake.register({ tables: [turbine] })).changes).toContain('table hive.iot_dw.turbine created')
})

test('imports files into S3', async () => {
  const file = join(folder, 'turbine.csv')
  await writeFile(file, 'event_timestamp;turbine_id;power;starts\n2026-01-01T10:00:00Z;a;1.5;\n')
  expect(await lake.import(turbine, [file], { delimiter: ';', nullText: '' })).toMatchObject({
    rows: 1,
    written: 1,
  })
  expect(await all(lake.query('SELECT turbine_id, starts FROM hive.iot_dw.turbine'))).toEqual([
    { turbine_id: 'a', starts: null },
  ])
})

test('refuses a table that the catalog has with other columns, before anything is written', async () => {
  const engine = engineOf(stack)
  await engine.execute(`CREATE SCHEMA hive.iot_dw WITH (location = 's3://iot-time-series/iot_dw/')`)
  await engine.execute(
    `CREATE TABLE hive.iot_dw.turbine (power REAL) WITH (format = 'PARQUET', external_location = 's3://iot-time-series/turbine/')`,
  )
  await engine.close()
  await expect(lake.write(turbine, rows)).rejects.toThrow(/table hive\.iot_dw\.turbine expected the columns/)
  expect(await all(lake.files(turbine))).toEqual([])
})

test('names the server when S3 or Trino is down', async () => {
  const closed = 'http://127.0.0.1:9'
  const down = (servers: object) =>
    openLake({ ...stackOptions(stack), tables: [turbine], cwd: folder, profiles: { stack: servers } })
  const withoutTrino = await down({ endpoint: stack.endpoint, trino: closed })
  await expect(withoutTrino.write(turbine, rows)).rejects.toThrow(/127\.0\.0\.1:9/)
  const withoutS3 = await down({ endpoint: closed, trino: stack.trino })
  await expect(withoutS3.write(turbine, rows)).rejects.toThrow(/127\.0\.0\.1:9/)
  expect(await all(lake.files(turbine))).toEqual([])
  await Promise.all([withoutTrino.close(), withoutS3.close()])
})

test('generates into the bucket, verifies there, and reports its status', async () => {
  const simulation = { from: '2026-01-01', days: 1, intervalSeconds: 60 }
  const target = 's3://iot-time-series/'
  expect(await lake.generate(pump, simulation, { target, workers: 1 })).toMatchObject({ written: 1 })
  expect(await lake.generate(pumpDaily, simulation, { target, workers: 1 })).toMatchObject({ written: 1 })
  await lake.register()
  const verified = await lake.verify()
  expect(verified.map(({ table, differences }) => [table, differences])).toEqual([
    ['pump', []],
    ['pump_daily', []],
  ])
  const { tables } = await lake.status()
  expect(tables.map(({ table, lake: { files, rows } }) => [table, files, rows])).toEqual([
    ['turbine', 0, 0n],
    ['pump', 1, 1440n],
    ['pump_daily', 1, 1440n],
  ])
})
