import { freeSql } from '@minilake/analytics'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const plain = defineTable({ name: 'plain', columns: turbine.columns, key: keyed.key })
let folder: string
let removeFolder: () => Promise<void>
let lake: Lake
const open = () =>
  openLake({
    ...stackOptions(stack),
    ...{ tables: [keyed, plain], cwd: folder, maintainCredentials: stack.maintainer },
  })
beforeAll(async () => {
  ;({ folder, remove: removeFolder } = await temporaryFolder())
})
beforeEach(async () => {
  await emptyLake(stack)
  lake = await open()
  return () => lake.close()
})
afterAll(() => removeFolder())

const row = (time: string, turbine_id: string, power: number): InputRow<typeof keyed> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id,
  power,
})
const first = [row('04T23:00', 'a', 1), row('05T10:00', 'a', 2), row('05T11:00', 'b', 3)]

/** Rows as Trino reads them. */
async function rowsIn(table = 'turbine'): Promise<string[]> {
  const engine = engineOf(stack)
  const sql = `SELECT format_datetime(event_timestamp, 'dd HH') || ' ' || turbine_id || ' ' || CAST(CAST(power AS INTEGER) AS VARCHAR) FROM hive.iot_dw.${table} ORDER BY 1`
  const found: string[] = []
  for await (const each of engine.query(freeSql(sql))) found.push(String(Object.values(each)[0]))
  await engine.close()
  return found
}
const keys = async (prefix: string) => {
  const found: string[] = []
  for await (const { key } of storeOf(stack).list(prefix)) found.push(key)
  return found
}

test('overwrite-partitions replaces the days of the rows, old and new ones', async () => {
  await lake.write(keyed, first)
  const rows = [row('05T10:00', 'c', 20), row('07T10:00', 'c', 21)]
  const report = await lake.write(keyed, rows, { mode: 'overwrite-partitions' })
  expect(report).toMatchObject({
    written: 2,
    overwritten: [{ files: 1, rows: 2 }],
    neighbours: [{ rows: 1 }],
  })
  const after = ['04 23 a 1', '05 10 c 20', '07 10 c 21']
  expect(await rowsIn()).toEqual(after)
  expect(await lake.write(keyed, rows, { mode: 'overwrite-partitions' })).toMatchObject({ written: 0 })
  expect(await rowsIn()).toEqual(after)
  expect(await keys('_intents/')).toEqual([])
  expect(await keys('turbine/')).toHaveLength(3)
})

test('overwrite-partitions replaces a table without partitions on request', async () => {
  await lake.write(plain, first)
  const mode = 'overwrite-partitions'
  await expect(lake.write(plain, [], { mode })).rejects.toThrow('1 file with 3 rows')
  await lake.write(plain, [row('09T10:00', 'c', 20)], { mode, replaceAll: true })
  expect(await rowsIn('plain')).toEqual(['09 10 c 20'])
})

test.each([keyed, plain])('merge replaces rows by their key and keeps the others', async (table) => {
  await lake.write(table, first)
  const rows = [row('05T11:00', 'b', 30), row('05T11:00', 'b', 31), row('06T00:00', 'b', 4)]
  const report = await lake.write(table, rows, { mode: 'merge' })
  expect(report.merged).toEqual({ inserted: 1, replaced: 1, same: 0, duplicates: 1 })
  const after = ['04 23 a 1', '05 10 a 2', '05 11 b 31', '06 00 b 4']
  expect(await rowsIn(table.name)).toEqual(after)
  expect(await lake.write(table, rows, { mode: 'merge' })).toMatchObject({ written: 0, merged: { same: 2 } })
  expect(await rowsIn(table.name)).toEqual(after)
  expect(await keys('_intents/')).toEqual([])
})

test.each(['merge', 'overwrite-partitions'] as const)(
  'two at once in mode %s end in the rows of one after the other',
  async (mode) => {
    await lake.register()
    const other = await open()
    const [one, two] = [1, 2].map((power) => [row('05T10:00', 'x', power), row('06T10:00', 'x', power)])
    await Promise.all([lake.write(keyed, one ?? [], { mode }), other.write(keyed, two ?? [], { mode })])
    await other.close()
    const found = await rowsIn()
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(/^05 10 x [12]$/)
    expect(found[1]).toMatch(/^06 10 x [12]$/)
    expect(await keys('_intents/')).toEqual([])
  },
)

test('a key that may not remove is named before anything is written', async () => {
  await lake.write(keyed, first)
  const other = await openLake({ ...stackOptions(stack), tables: [keyed], cwd: folder })
  let isRead = false
  const rows = (function* () {
    isRead = true
    yield row('05T11:00', 'b', 30)
  })()
  await expect(other.write(keyed, rows, { mode: 'merge' })).rejects.toThrow(/lacks the right s3:DeleteObject/)
  expect(isRead).toBe(false)
  expect(await rowsIn()).toHaveLength(3)
  await other.close()
})
