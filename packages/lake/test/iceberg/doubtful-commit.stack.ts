import { freeSql } from '@minilake/analytics'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { agrees, type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { doubtfulTrino } from './doubtful-trino.js'
import { lakeIn } from './lake-in.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const turbines = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const engine = engineOf(stack)

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const open = (trino = stack.trino) => openLake({ ...stackOptions({ ...stack, trino }), tables: [turbines] })
const row = (time: string, power: number): InputRow<typeof turbines> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id: 'a',
  power,
})
async function numbers(sql: string) {
  const found: number[] = []
  for await (const each of engine.query(freeSql(sql))) found.push(Number(Object.values(each)[0]))
  return found
}
const powers = () => numbers('SELECT power FROM iceberg.iot_dw.turbine ORDER BY 1')
const snapshots = () => numbers('SELECT count(*) FROM iceberg.iot_dw."turbine$snapshots"')
const openRecords = async () => {
  const keys: string[] = []
  for await (const { key } of storeOf(stack).list('_truth/_changes/turbine/open/')) keys.push(key)
  return keys.length
}
const isVerified = async (lake: Lake) => (await lake.verify()).every(agrees)
const doubt =
  /Cannot determine whether the commit was successful or not \(ICEBERG_COMMIT_ERROR\): the change may be in table turbine all the same: run the same command again, which does no harm if it is$/

test.each([
  {
    name: 'append',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T10:00', 3), row('07T10:00', 4)]),
    after: [1, 2, 3, 4],
    taken: 3,
  },
  {
    name: 'merge',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T11:00', 20), row('05T12:00', 5)], { mode: 'merge' }),
    after: [1, 5, 20],
    taken: 5,
  },
  {
    name: 'overwrite-partitions',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T10:00', 6)], { mode: 'overwrite-partitions' }),
    after: [1, 6],
    taken: 6,
  },
  {
    name: 'remove',
    statement: /^DELETE/,
    run: (lake: Lake) => lake.remove(turbines, { where: 'power = 2', remove: true }),
    after: [1],
    taken: 1,
  },
  {
    name: 'rollback',
    statement: /^CALL/,
    run: async (lake: Lake) => {
      const first = (await lake.snapshots(turbines)).find(({ rows }) => rows === 1)
      await lake.rollback(turbines, { snapshot: first?.id ?? '', rollback: true })
    },
    after: [1],
    taken: 1,
  },
])(
  '$name, committed by a metastore that died before its answer, keeps its record, which the next run completes',
  async ({ statement, run, after, taken }) => {
    const lake = await open()
    await lake.write(turbines, [row('04T10:00', 1)])
    await lake.write(turbines, [row('05T11:00', 2)])
    await using proxy = await doubtfulTrino(stack.trino, statement)
    const doubtful = await open(proxy.url)
    await expect(run(doubtful)).rejects.toThrow(doubt)
    await doubtful.close()
    expect(await powers()).toEqual(after)
    expect(await openRecords()).toBe(1)
    expect(await isVerified(lake)).toBe(true)
    const before = await snapshots()
    await run(lake)
    expect(await powers()).toEqual(after)
    expect(await snapshots()).toEqual(before)
    expect(await openRecords()).toBe(0)
    expect(await isVerified(lake)).toBe(true)
    // The record is whole again: a row that another program takes is missed.
    for await (const _row of engine.query(
      freeSql(`DELETE FROM iceberg.iot_dw.turbine WHERE power = ${taken}`),
    ));
    expect(await isVerified(lake)).toBe(false)
    await lake.close()
  },
)

test('the record of a change that was not committed goes after an hour', async () => {
  const lake = await open()
  await lake.write(turbines, [row('04T10:00', 1), row('05T10:00', 2)])
  for (const statement of [/^MERGE/, /^DELETE/]) {
    await using proxy = await doubtfulTrino(stack.trino, statement, false)
    const doubtful = await open(proxy.url)
    await expect(
      statement.test('MERGE')
        ? doubtful.write(turbines, [row('06T10:00', 3)])
        : doubtful.remove(turbines, { where: 'power = 2', remove: true }),
    ).rejects.toThrow(doubt)
    await doubtful.close()
  }
  expect(await powers()).toEqual([1, 2])
  await lake.write(turbines, [row('07T10:00', 4)])
  expect(await openRecords()).toBe(2) // for all that is known, their statements are under way
  const later = await lakeIn([turbines], stack, 1.1)
  await later.write(turbines, [row('08T10:00', 5)])
  expect(await openRecords()).toBe(0)
  expect(await isVerified(lake)).toBe(true)
  await lake.write(turbines, [row('06T10:00', 3)])
  expect(await powers()).toEqual([1, 2, 3, 4, 5])
  expect(await isVerified(lake)).toBe(true)
  await later.close()
  await lake.close()
})
