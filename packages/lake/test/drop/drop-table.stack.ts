import { freeSql } from '@minilake/analytics'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake, UsageError } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const plain = { name: 'plain', columns: turbine.columns }
let folder: string
let removeFolder: () => Promise<void>
let lake: Lake
beforeAll(async () => {
  ;({ folder, remove: removeFolder } = await temporaryFolder())
})
const open = (tables: Parameters<typeof openLake>[0]) =>
  openLake({ ...stackOptions(stack), cwd: folder, maintainCredentials: stack.maintainer, ...tables })
beforeEach(async () => {
  await emptyLake(stack)
  lake = await open({ tables: [turbine, plain] })
  return () => lake.close()
})
afterAll(() => removeFolder())

const rows = ['2026-01-04', '2026-01-05'].map((day) => ({
  event_timestamp: new Date(`${day}T10:00:00Z`),
  turbine_id: 'a',
}))

async function sql(text: string): Promise<unknown[]> {
  const engine = engineOf(stack)
  const found: unknown[] = []
  for await (const row of engine.query(freeSql(text))) found.push(Object.values(row)[0])
  await engine.close()
  return found
}
const registered = () =>
  sql("SELECT table_name FROM hive.information_schema.tables WHERE table_schema = 'iot_dw' ORDER BY 1")
const keys = async () => {
  const found: string[] = []
  for await (const { key } of storeOf(stack).list(''))
    if (!key.startsWith('_probe/') && !key.endsWith('.record')) found.push(key)
  return found
}

test('a table goes from the catalog, its files stay; with its data they go too; run again, nothing', async () => {
  for (const table of [turbine, plain]) await lake.write(table, rows)
  expect(await lake.drop(turbine)).toMatchObject({ isRegistered: true, files: 0, isDropped: false })
  expect(await registered()).toEqual(['plain', 'turbine'])
  expect(await lake.drop(turbine, { remove: true })).toMatchObject({ isRegistered: true, isDropped: true })
  expect(await registered()).toEqual(['plain'])
  expect(await keys()).toHaveLength(3)
  expect(await lake.drop(turbine, { remove: true })).toMatchObject({ isRegistered: false })
  await lake.register()
  expect(await sql('SELECT count(*) FROM hive.iot_dw.turbine')).toEqual([2n])
  for (const table of [turbine, plain]) await lake.drop(table, { data: true, remove: true })
  expect(await registered()).toEqual([])
  expect(await keys()).toEqual([])
  expect(await lake.drop(plain, { data: true, remove: true })).toMatchObject({
    isRegistered: false,
    files: 0,
  })
})

test('a table that is no longer defined is dropped by its name, but not its data', async () => {
  await lake.write(turbine, rows)
  const other = await open({ tables: [plain] })
  await expect(other.drop('turbine', { data: true, remove: true })).rejects.toThrow(
    /define it again to drop its files, or .* remove s3:\/\/iot-time-series\/turbine\/ with a client of S3/,
  )
  await expect(other.drop('Turbine; DROP')).rejects.toBeInstanceOf(UsageError)
  expect(await other.drop('turbine', { remove: true })).toMatchObject({
    table: 'turbine',
    isRegistered: true,
  })
  expect(await registered()).toEqual([])
  expect(await keys()).toHaveLength(2)
  await other.close()
})

test("somebody else's table under its name stays, and so do the files", async () => {
  await lake.write(plain, rows)
  await sql(
    "CREATE TABLE hive.iot_dw.turbine (x INTEGER) WITH (external_location = 's3://iot-time-series/plain/')",
  )
  const data = { data: true, remove: true }
  await expect(lake.drop(turbine, data)).rejects.toThrow(
    /nothing was dropped: .* over s3:\/\/iot-time-series\/turbine\/, got one over s3:\/\/iot-time-series\/plain\//,
  )
  await sql('DROP TABLE hive.iot_dw.turbine')
  await sql('CREATE TABLE hive.iot_dw.turbine (x INTEGER)')
  await expect(lake.drop(turbine, data)).rejects.toThrow('one whose files Trino manages')
  expect(await registered()).toEqual(['plain', 'turbine'])
  expect(await keys()).toHaveLength(1)
})

test('the files of two tables with one location stay, and the doctor names both', async () => {
  await lake.write(turbine, rows)
  await lake.register()
  await sql(
    "CREATE TABLE hive.iot_dw.copy (x INTEGER) WITH (external_location = 's3://iot-time-series/turbine/event_date=2026-01-04/')",
  )
  const other =
    /hive\.iot_dw\.turbine .* hive\.iot_dw\.copy over s3:\/\/iot-time-series\/turbine\/event_date=2026-01-04\//
  await expect(lake.drop(turbine, { data: true, remove: true })).rejects.toThrow(other)
  expect(await registered()).toEqual(['copy', 'plain', 'turbine'])
  expect(await keys()).toHaveLength(2)
  expect((await lake.doctor()).find(({ check }) => check === 'tables')).toMatchObject({
    state: 'failed',
    finding: expect.stringMatching(other),
  })
  await sql('DROP TABLE hive.iot_dw.copy')
  expect(await lake.drop(turbine, { data: true, remove: true })).toMatchObject({ files: 2, isDropped: true })
})

test('a key that may not remove is named before the table is dropped', async () => {
  await lake.write(turbine, rows)
  const other = await openLake({ ...stackOptions(stack), tables: [turbine], cwd: folder })
  await expect(other.drop(turbine, { data: true, remove: true })).rejects.toThrow(
    /lacks the right s3:DeleteObject/,
  )
  expect(await registered()).toEqual(['turbine'])
  expect(await other.drop(turbine, { remove: true })).toMatchObject({ isDropped: true })
  await other.close()
})
