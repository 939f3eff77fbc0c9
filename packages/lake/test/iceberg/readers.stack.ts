import { setTimeout as wait } from 'node:timers/promises'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { readingLoop } from '../replace/reading-loop.js'
import { emptyLake, stackOptions } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const table = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
let lake: Lake
let reader: Lake

beforeAll(async () => {
  await emptyLake(stack)
  const options = { ...stackOptions(stack), tables: [table], maintainCredentials: stack.maintainer }
  lake = await openLake(options)
  reader = await openLake(options)
  await lake.write(table, rows([4, 5, 6], 1))
}, 120_000)
afterAll(async () => {
  await lake.close()
  await reader.close()
  await emptyLake(stack)
}, 120_000)

/** Hourly readings of some days. */
function rows(days: readonly number[], power: number, hours = 24): InputRow<typeof table>[] {
  return days.flatMap((day) =>
    Array.from({ length: hours }, (_, hour) => ({
      event_timestamp: new Date(Date.UTC(2026, 0, day, hour)),
      turbine_id: 'a',
      power,
    })),
  )
}

/** One number that each of the changes below changes. */
async function total(): Promise<number> {
  const sql = 'SELECT coalesce(sum(power), 0) * 1000 + count(*) AS total FROM hive.iot_dw.turbine'
  for await (const row of reader.query(sql)) return Number((row as { total: number }).total)
  return Number.NaN
}

const append = () => lake.write(table, rows([6, 7, 8], 2, 12))

test.each([
  { name: 'append', run: append },
  { name: 'merge', run: () => lake.write(table, rows([4, 5, 9], 3, 12), { mode: 'merge' }) },
  {
    name: 'overwrite-partitions',
    run: () => lake.write(table, rows([4, 5, 6], 5, 6), { mode: 'overwrite-partitions' }),
  },
  { name: 'remove', run: () => lake.remove(table, { where: 'power = 2', remove: true }) },
  {
    name: 'rollback',
    run: async () => {
      const [, earlier] = await lake.snapshots(table)
      await lake.rollback(table, { snapshot: earlier?.id ?? '', rollback: true })
    },
  },
  { name: 'maintain', run: () => lake.maintain(table), isSame: true },
  {
    name: 'maintain, with snapshots that expire',
    run: async () => {
      expect((await lake.maintain(table, { expireAfterSeconds: 1 })).expired).toBeGreaterThan(0)
    },
    isSame: true,
  },
])(
  'readers find the table before or after $name',
  { timeout: 300_000 },
  async ({ name, run, isSame = false }) => {
    const before = await total()
    const { stop } = readingLoop(total)
    await run()
    const readings = await stop()
    const after = await total()
    expect(after === before).toBe(isSame)
    const found = readings.map((reading) => reading.found)
    console.log(`${name}: ${found.filter((each) => each === before).length} of ${found.length} reads before`)
    expect(found.filter((each) => each !== before && each !== after)).toEqual([])
  },
)

test(
  'readers find all rows or no table while it is dropped with its data',
  { timeout: 300_000 },
  async () => {
    await lake.write(table, rows([4, 5, 6], 1))
    const before = await total()
    const { readings, stop } = readingLoop(total)
    while (readings.length === 0) await wait(50)
    await lake.drop(table, { data: true, remove: true })
    const found = (await stop()).map((reading) => reading.found)
    expect(found).toContain(before)
    for (const each of found.filter((other) => other !== before))
      expect(String(each)).toMatch(
        /does not exist|not found|ICEBERG_(INVALID_METADATA|MISSING_METADATA|CANNOT_OPEN_SPLIT)/,
      )
    await lake.register()
    expect(await total()).toBe(0)
  },
)
