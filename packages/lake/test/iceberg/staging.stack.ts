import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { dyingTrino } from './dying-trino.js'
import { lakeIn } from './lake-in.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const turbines = defineTable({ ...turbine, format: 'iceberg' })
const engine = engineOf(stack)

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const row = (day: string, power: number): InputRow<typeof turbines> => ({
  event_timestamp: new Date(`2026-01-${day}T10:00Z`),
  turbine_id: 'a',
  power,
})
const staged = async () => {
  const keys: string[] = []
  for await (const { key } of storeOf(stack).list('_staging/')) keys.push(key)
  return keys
}
const stagingTables = async () => {
  let tables = 0
  for await (const _table of engine.query({ sql: 'SHOW TABLES FROM hive.iot_dw_staging' })) tables += 1
  return tables
}

/** A write whose process hears nothing more from Trino while its statement runs: its files and its staging table stay. */
async function interruptedWrite(day: string) {
  await using proxy = await dyingTrino(stack.trino, /^MERGE/, false)
  const lake = await openLake({ ...stackOptions({ ...stack, trino: proxy.url }), tables: [turbines] })
  await expect(lake.write(turbines, [row(day, 1)])).rejects.toThrow()
  await lake.close()
}

test('what a dead write has staged is named, and removed after 24 hours by clean or by the next write', async () => {
  const strange = '_staging/turbine/notes.txt'
  await storeOf(stack).write(strange, [new Uint8Array(3)])
  await interruptedWrite('05')
  expect(await staged()).toHaveLength(2)
  expect(await stagingTables()).toBe(1)

  const now = await lakeIn([turbines], stack, 23.9)
  const findingIn = async (lake: Lake) =>
    (await lake.doctor()).find(({ check }) => check === 'staging')?.finding
  const isStrange = `1 object that minilake did not write and leaves alone, such as ${strange}`
  expect(await findingIn(now)).toMatch(
    /^1 file \(.*\) for turbine of the last 24 hours, perhaps of a run at work; /,
  )
  expect(await now.clean({ remove: true })).toMatchObject([
    { kind: 'in progress', isRemoved: false },
    { kind: 'own', keys: [strange], isRemoved: false },
  ])
  await now.write(turbines, [row('06', 2)])
  expect(await staged()).toHaveLength(2)

  const tomorrow = await lakeIn([turbines], stack, 24.1)
  expect(await findingIn(tomorrow)).toMatch(
    /older than that, of a run that died: minilake clean --yes removes them; /,
  )
  expect(await tomorrow.clean()).toMatchObject([{ kind: 'staged', isRemoved: false }, { kind: 'own' }])
  expect(await tomorrow.clean({ remove: true })).toMatchObject([
    { kind: 'staged', isRemoved: true },
    { kind: 'own', isRemoved: false },
  ])
  expect(await staged()).toEqual([strange])
  expect(await stagingTables()).toBe(0)
  expect(await findingIn(tomorrow)).toBe(isStrange)

  await interruptedWrite('07')
  await tomorrow.write(turbines, [row('07', 1)])
  expect(await staged()).toEqual([strange])
  expect(await stagingTables()).toBe(0)
  await now.close()
  await tomorrow.close()
})
