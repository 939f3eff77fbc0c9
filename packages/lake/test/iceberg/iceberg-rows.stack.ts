import { freeSql } from '@minilake/analytics'
import { type Batch, batchesOf, defineTable, type InputRow, type Table } from '@minilake/schema'
import { beforeEach, expect, inject, test } from 'vitest'
import { icebergRows } from '../../src/iceberg/iceberg-rows.js'
import type { LakeBackend } from '../../src/lake-backend.js'
import type { WriteMode } from '../../src/write/write-mode.js'
import { engineOf, storeOf } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { freshTables } from './fresh-tables.js'

const stack = inject('stack')
const signal = new AbortController().signal
const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const plain = defineTable({ name: 'plain', columns: turbine.columns, key: keyed.key, format: 'iceberg' })
let lake: LakeBackend
const engine = engineOf(stack)

beforeEach(async () => {
  lake = await freshTables([keyed, plain], stack)
})

const row = (time: string, turbine_id: string, power: number): InputRow<typeof keyed> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id,
  power,
})
const first = [row('04T23:00', 'a', 1), row('05T10:00', 'a', 2), row('05T11:00', 'b', 3)]

async function write(
  table: Table,
  rows: readonly InputRow<typeof keyed>[],
  mode: WriteMode = 'append',
  replaceAll = false,
) {
  const target = icebergRows(table, lake, { mode, replaceAll, duckDb: { threads: 1 }, signal })
  try {
    const batches = (async function* () {
      yield* batchesOf<Table>(table, rows as readonly object[] as InputRow<Table>[])
    })()
    await target.stage(batches as AsyncIterable<Batch>, { prefix: 'write', maxPartitions: 100 })
    return await target.publish()
  } finally {
    await target.discard()
  }
}

async function answers(sql: string): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const each of engine.query(freeSql(sql))) found.push(Object.values(each)[0])
  return found
}
const rowsIn = (table = 'turbine') =>
  answers(
    `SELECT format_datetime(event_timestamp, 'dd HH') || ' ' || turbine_id || ' ' || CAST(CAST(power AS INTEGER) AS VARCHAR) FROM iceberg.iot_dw.${table} ORDER BY 1`,
  )
const snapshots = async (table = 'turbine') =>
  Number((await answers(`SELECT count(*) FROM iceberg.iot_dw."${table}$snapshots"`))[0])
const staged = async () => {
  const found: string[] = []
  for await (const { key } of storeOf(stack).list('_staging/')) found.push(key)
  return found
}

test('append adds rows once, and a rerun makes no snapshot', async () => {
  expect(await write(keyed, first)).toMatchObject({ written: 2, unchanged: 0 })
  const before = await snapshots()
  expect(await write(keyed, first)).toMatchObject({ written: 0, unchanged: 2, newKeys: [] })
  expect(await snapshots()).toBe(before)
  expect(await rowsIn()).toEqual(['04 23 a 1', '05 10 a 2', '05 11 b 3'])
  expect(await staged()).toEqual([])
  expect(await answers('SHOW TABLES FROM hive.iot_dw_staging')).toEqual([])
})

test('overwrite-partitions replaces the days of the rows, and a rerun makes no snapshot', async () => {
  await write(keyed, first)
  const rows = [row('05T10:00', 'c', 20), row('07T10:00', 'c', 21)]
  const mode = 'overwrite-partitions'
  expect(await write(keyed, rows, mode)).toMatchObject({
    written: 2,
    overwritten: [{ partition: 'event_date=2026-01-05', rows: 2 }],
  })
  const after = ['04 23 a 1', '05 10 c 20', '07 10 c 21']
  expect(await rowsIn()).toEqual(after)
  const before = await snapshots()
  expect(await write(keyed, rows, mode)).toMatchObject({ written: 0, unchanged: 2 })
  expect(await snapshots()).toBe(before)
  expect(await rowsIn()).toEqual(after)
})

test('overwrite-partitions replaces a table without partitions on request', async () => {
  await write(plain, first)
  const mode = 'overwrite-partitions'
  await expect(write(plain, [row('09T10:00', 'c', 20)], mode)).rejects.toThrow('replaces all of it: 3 rows')
  await write(plain, [row('09T10:00', 'c', 20)], mode, true)
  expect(await rowsIn('plain')).toEqual(['09 10 c 20'])
  expect(await staged()).toEqual([])
})

test.each([keyed, plain])('merge replaces rows by their key and keeps the others', async (table) => {
  await write(table, first)
  const rows = [row('05T11:00', 'b', 30), row('05T11:00', 'b', 31), row('06T00:00', 'b', 4)]
  const report = await write(table, rows, 'merge')
  expect(report.merged).toEqual({ inserted: 1, replaced: 1, same: 0, duplicates: 1 })
  const after = ['04 23 a 1', '05 10 a 2', '05 11 b 31', '06 00 b 4']
  expect(await rowsIn(table.name)).toEqual(after)
  const before = await snapshots(table.name)
  expect(await write(table, rows, 'merge')).toMatchObject({ written: 0, merged: { same: 2 } })
  expect(await snapshots(table.name)).toBe(before)
  expect(await rowsIn(table.name)).toEqual(after)
})

test.each(['append', 'merge', 'overwrite-partitions'] as const)(
  'two at once in mode %s end in the rows of one after the other',
  async (mode) => {
    await Promise.all([write(keyed, first, mode), write(keyed, first, mode)])
    expect(await rowsIn()).toEqual(['04 23 a 1', '05 10 a 2', '05 11 b 3'])
    expect(await staged()).toEqual([])
  },
)
