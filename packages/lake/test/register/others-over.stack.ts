import { freeSql } from '@minilake/analytics'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine as turbineWithoutKey } from '../turbine.js'

const stack = inject('stack')
const turbine = defineTable({ ...turbineWithoutKey, key: ['turbine_id', 'event_timestamp'] })
let folder: string
let removeFolder: () => Promise<void>
let lake: Lake
beforeAll(async () => {
  ;({ folder, remove: removeFolder } = await temporaryFolder())
})
const open = (table: typeof turbine) =>
  openLake({
    ...stackOptions(stack),
    ...{ tables: [table], cwd: folder, maintainCredentials: stack.maintainer },
  })
beforeEach(async () => {
  await emptyLake(stack)
  lake = await open(turbine)
  return () => lake.close()
})
afterAll(() => removeFolder())

const rows: InputRow<typeof turbine>[] = ['2026-01-04', '2026-01-05'].map((day) => ({
  event_timestamp: new Date(`${day}T10:00:00Z`),
  turbine_id: 'a',
  power: 1.5,
}))
const others = rows.map((row) => ({ ...row, power: 2 }))

async function sql(text: string): Promise<unknown[]> {
  const engine = engineOf(stack)
  const found: unknown[] = []
  for await (const row of engine.query(freeSql(text))) found.push(Object.values(row)[0])
  await engine.close()
  return found
}
async function objects(): Promise<string[]> {
  const found: string[] = []
  for await (const { key, size } of storeOf(stack).list('turbine/')) found.push(`${key} ${size}`)
  return found
}

/** Everything that removes or replaces files of the table. */
const changes: Readonly<Record<string, () => Promise<unknown>>> = {
  merge: () => lake.write(turbine, others, { mode: 'merge' }),
  'overwrite-partitions': () => lake.write(turbine, others, { mode: 'overwrite-partitions' }),
  'remove a day': () => lake.remove(turbine, { to: new Date('2026-01-05'), remove: true }),
  'remove rows': () => lake.remove(turbine, { where: 'power = 1.5', remove: true }),
  'drop with data': () => lake.drop(turbine, { data: true, remove: true }),
  rewrite: async () => {
    const { power: _, ...columns } = turbine.columns
    const narrow = defineTable({ ...turbine, columns }) as unknown as typeof turbine
    const other = await open(narrow)
    await other.rewrite(narrow, { drop: ['power'], rewrite: true }).finally(() => other.close())
  },
}

test.each([
  ['the same place', 'turbine/'],
  ['a day of it', 'turbine/event_date=2026-01-04/'],
  ['a place above it', ''],
])('no file goes that another table reads at %s', { timeout: 300_000 }, async (_, place) => {
  await lake.write(turbine, rows)
  const url = `s3://iot-time-series/${place}`
  await sql(`CREATE TABLE hive.iot_dw.copy (x INTEGER) WITH (external_location = '${url}')`)
  const before = await objects()
  for (const [name, change] of Object.entries(changes))
    await expect(change(), name).rejects.toThrow(
      `the data files of hive.iot_dw.turbine are also those of hive.iot_dw.copy over ${url}: drop that table first`,
    )
  expect(await objects()).toEqual(before)
  expect(await sql('SELECT count(*) FROM hive.iot_dw.turbine WHERE power = 1.5')).toEqual([2n])
  await lake.write(turbine, [{ ...rows[0], power: 7 } as (typeof rows)[0]]) // what only adds a file still works
  await sql('DROP TABLE hive.iot_dw.copy')
  expect(await lake.write(turbine, others, { mode: 'merge' })).toMatchObject({ written: 2 })
})

test.each([
  [
    'with other columns',
    "CREATE TABLE hive.iot_dw.turbine (x INTEGER) WITH (external_location = 's3://iot-time-series/turbine/')",
    /expected the columns/,
    'DROP TABLE',
  ],
  [
    'at another place',
    "CREATE TABLE hive.iot_dw.turbine (x INTEGER) WITH (external_location = 's3://iot-time-series/elsewhere/')",
    /hive\.iot_dw\.turbine (at|.* got one over) s3:\/\/iot-time-series\/elsewhere\//,
    'DROP TABLE',
  ],
  [
    'whose files Trino manages',
    'CREATE TABLE hive.iot_dw.turbine (x INTEGER)',
    /got one whose files Trino manages/,
    'DROP TABLE',
  ],
  [
    'that is a view',
    'CREATE VIEW hive.iot_dw.turbine AS SELECT 1 AS x',
    /hive\.iot_dw\.turbine expected a table, got a view/,
    'DROP VIEW',
  ],
])(
  "somebody's table of the same name, %s, keeps every change from the files",
  async (_, create, why, drop) => {
    await lake.write(turbine, rows)
    await sql('DROP TABLE hive.iot_dw.turbine')
    await sql(create)
    const before = await objects()
    for (const [name, change] of Object.entries(changes)) {
      // A table over our own files that has former columns is ours: these two are for it.
      if (String(why) === '/expected the columns/' && ['drop with data', 'rewrite'].includes(name)) continue
      await expect(change(), name).rejects.toThrow(why)
    }
    await expect(lake.write(turbine, others)).rejects.toThrow(why)
    expect(await objects()).toEqual(before)
    await sql(`${drop} hive.iot_dw.turbine`)
    expect(await lake.write(turbine, others, { mode: 'merge' })).toMatchObject({ written: 2 })
  },
)
