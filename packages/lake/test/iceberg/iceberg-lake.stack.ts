import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { freeSql, hourlyAverages } from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { defineTable, type InputRow, pump, quoteLiteral } from '@minilake/schema'
import { beforeEach, expect, inject, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const turbines = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const pumps = defineTable({ ...pump, format: 'iceberg' })
let folder: string

beforeEach(async () => {
  await emptyLake(stack)
  const temporary = await temporaryFolder()
  folder = temporary.folder
  return async () => {
    await temporary.remove()
    await emptyLake(stack)
  }
}, 120_000)

const open = () => openLake({ ...stackOptions(stack), tables: [turbines, pumps], cwd: folder })

async function allOf<R>(found: AsyncIterable<R>): Promise<R[]> {
  const rows: R[] = []
  for await (const row of found) rows.push(row)
  return rows
}
const keysOf = async (prefix: string) =>
  (await allOf(storeOf({ ...stack, credentials: stack.administrator }).list(prefix))).map(({ key }) => key)

const row = (time: string, turbine_id: string, power: number): InputRow<typeof turbines> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id,
  power,
})

test('rows go in, are corrected, queried, removed and dropped', { timeout: 300_000 }, async () => {
  const lake = await open()
  await lake.register()
  const rowsIn = async () =>
    (
      await allOf(
        lake.query(
          freeSql(
            "SELECT format_datetime(event_timestamp, 'dd HH') || ' ' || turbine_id || ' ' || CAST(CAST(power AS INTEGER) AS VARCHAR) AS r FROM hive.iot_dw.turbine ORDER BY 1",
          ),
          { tables: [turbines] },
        ),
      )
    ).map(({ r }) => r)

  const csv = join(folder, 'rows.csv')
  await writeFile(
    csv,
    'event_timestamp,turbine_id,power\n2026-01-04T23:00:00Z,a,1\n2026-01-05T10:00:00Z,a,2\n2026-01-05T11:00:00Z,b,3\n',
  )
  const { importId } = await lake.import(turbines, [csv])
  expect(await lake.import(turbines, [csv])).toMatchObject({ written: 0, unchanged: 2 })
  expect(await rowsIn()).toEqual(['04 23 a 1', '05 10 a 2', '05 11 b 3'])

  await lake.write(turbines, [row('06T01:00', 'c', 4)])
  await lake.write(turbines, [row('05T11:00', 'b', 30)], { mode: 'merge' })
  await lake.write(turbines, [row('06T02:00', 'd', 5)], { mode: 'overwrite-partitions' })
  expect(await rowsIn()).toEqual(['04 23 a 1', '05 10 a 2', '05 11 b 30', '06 02 d 5'])

  const [status] = (await lake.status()).tables.filter(({ table }) => table === 'turbine')
  expect(status?.lake).toMatchObject({ rows: 4n })
  expect(await lake.verify({ tables: [turbines] })).toMatchObject([
    { source: 'checks', files: 4, rows: 4, withoutTruth: [], missing: [], differences: [] },
  ])
  expect(() => lake.files(turbines)).toThrow('Iceberg table')
  await expect(lake.rewrite(turbines, {})).rejects.toThrow('need no rewriting')

  await lake.remove(turbines, { import: importId, remove: true })
  await lake.remove(turbines, { where: "turbine_id = 'd'", remove: true })
  expect(await rowsIn()).toEqual(['05 11 b 30'])
  expect(await keysOf('_staging/')).toEqual([])
  expect(await keysOf('turbine/')).toEqual([])
  expect(await lake.drop(turbines, { data: true, remove: true })).toMatchObject({ isDropped: true })
  expect(await keysOf('iot_dw/turbine')).toEqual([])
  await lake.close()
})

test('simulated files are ingested once, with their truth, and verified', { timeout: 300_000 }, async () => {
  const lake = await open()
  await lake.register()
  await lake.generate(pumps, { from: '2026-01-05', days: 2, intervalSeconds: 60 }, { workers: 1 })
  const first = await lake.ingest({ verify: 'all' })
  expect(first).toMatchObject({ unchanged: 0, conflicts: [], failures: [] })
  expect(first.published).toBeGreaterThan(0)
  expect(first.readBack?.differences).toEqual([])
  expect(await lake.ingest()).toMatchObject({ published: 0, unchanged: first.published, truths: 0 })
  const [found] = await lake.verify({ tables: [pumps] })
  expect(found).toMatchObject({ files: first.published, missing: [], differences: [] })
  const hours = await allOf(
    lake.query(
      hourlyAverages(pumps, ['pressure'], {
        from: new Date('2026-01-05T00:00:00Z'),
        to: new Date('2026-01-05T02:00:00Z'),
      }),
    ),
  )
  expect(hours).toHaveLength(2)
  expect(await keysOf('_truth/pump')).not.toEqual([])
  await lake.drop(pumps, { data: true, remove: true })
  expect(await keysOf('_truth/pump')).toEqual([])
  await lake.close()
})

test('a table that is no longer defined is dropped by its name', { timeout: 300_000 }, async () => {
  const lake = await open()
  await lake.register()
  await lake.close()
  const other = await openLake({ ...stackOptions(stack), tables: [pumps] })
  expect(await other.drop('turbine', { remove: true })).toMatchObject({ isDropped: true, isRegistered: true })
  await other.close()
  const engine = engineOf(stack)
  await expect(allOf(engine.query(freeSql('SELECT * FROM hive.iot_dw.turbine')))).rejects.toThrow(
    'does not exist',
  )
  await engine.close()
})

test('a report counts the files of the table, by day', { timeout: 300_000 }, async () => {
  const lake = await open()
  await lake.write(turbines, [row('05T10:00', 'a', 1), row('06T10:00', 'a', 2)])
  await lake.write(turbines, [row('06T11:00', 'a', 3)])
  await storeOf(stack).write('turbine/event_date=2026-01-05/left.parquet', [new Uint8Array(9)]) // none of the table's
  const { days } = await lake.report(turbines)
  expect(days.map(({ day, files }) => [day, files])).toEqual([
    ['2026-01-05', 1],
    ['2026-01-06', 2],
  ])
  const [status] = (await lake.status()).tables.filter(({ table }) => table === 'turbine')
  expect(days.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(status?.lake.bytes)
  const later = await lake.report(turbines, { from: new Date('2026-01-06T00:00Z') })
  expect(later.days.map(({ day }) => day)).toEqual(['2026-01-06'])
  await lake.close()
})

test(
  'a file that does not fit the table stays outside, and the others go in',
  { timeout: 300_000 },
  async () => {
    const lake = await open()
    const out = join(folder, 'out')
    await lake.generate(pumps, { from: '2026-01-05', days: 1, intervalSeconds: 3600 }, { workers: 1, out })
    const engine = duckDbEngine()
    const columns = "TIMESTAMP '2026-01-06 00:00:00' AS event_timestamp, 1.5::DOUBLE AS pressure"
    const path = quoteLiteral(join(out, 'pump/narrow.parquet'))
    await engine.execute(`COPY (SELECT ${columns}) TO ${path} (FORMAT parquet)`)
    await engine.close()
    const report = await lake.ingest({ folder: out })
    expect(report).toMatchObject({ published: 1 })
    expect(report.failures).toMatchObject([{ reason: expect.stringMatching(/velocity/) }])
    expect(await lake.verify({ tables: [pumps] })).toMatchObject([{ files: 1, rows: 24, differences: [] }])
    await lake.close()
  },
)
