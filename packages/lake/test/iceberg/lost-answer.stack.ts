import { freeSql } from '@minilake/analytics'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { dyingTrino } from './dying-trino.js'

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

test.each([
  {
    name: 'append',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T10:00', 3), row('07T10:00', 4)]),
    after: [1, 2, 3, 4],
  },
  {
    name: 'merge',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T11:00', 20), row('05T12:00', 5)], { mode: 'merge' }),
    after: [1, 5, 20],
  },
  {
    name: 'overwrite-partitions',
    statement: /^MERGE/,
    run: (lake: Lake) => lake.write(turbines, [row('05T10:00', 6)], { mode: 'overwrite-partitions' }),
    after: [1, 6],
  },
  {
    name: 'remove',
    statement: /^DELETE/,
    run: (lake: Lake) => lake.remove(turbines, { where: 'power = 2', remove: true }),
    after: [1],
  },
])('$name, committed without an answer, is not done twice', async ({ statement, run, after }) => {
  const lake = await open()
  await lake.write(turbines, [row('04T10:00', 1), row('05T11:00', 2)])
  await using proxy = await dyingTrino(stack.trino, statement, true)
  const unanswered = await open(proxy.url)
  await expect(run(unanswered)).rejects.toThrow()
  expect(proxy.isDead()).toBe(true)
  await unanswered.close()
  expect(await powers()).toEqual(after)
  const before = await snapshots()
  await run(lake)
  expect(await powers()).toEqual(after)
  expect(await snapshots()).toEqual(before)
  await lake.close()
})
