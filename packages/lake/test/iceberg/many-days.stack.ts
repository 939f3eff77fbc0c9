import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, expect, inject, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { emptyLake, stackOptions } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const table = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const days = 250

afterAll(() => emptyLake(stack), 120_000)

test(
  '250 days that do not follow each other are written by one statement in every mode',
  { timeout: 900_000 },
  async () => {
    await emptyLake(stack)
    const lake = await openLake({ ...stackOptions(stack), tables: [table] })
    const rows = (power: number): InputRow<typeof table>[] =>
      Array.from({ length: days }, (_, day) => ({
        event_timestamp: new Date(Date.UTC(2025, 0, 1 + 2 * day, 12)),
        turbine_id: 'a',
        power,
      }))
    const counted = async () => {
      const sql = 'SELECT count(*) AS n, sum(power) AS power FROM hive.iot_dw.turbine'
      for await (const row of lake.query(sql)) return Object.values(row as object).map(Number)
      return []
    }
    try {
      const how = { maxPartitions: 1000 }
      expect(await lake.write(table, rows(1), how)).toMatchObject({ written: days })
      expect(await counted()).toEqual([days, days])
      expect(await lake.write(table, rows(1), how)).toMatchObject({ written: 0, unchanged: days })
      await lake.write(table, rows(2), { ...how, mode: 'merge' })
      expect(await counted()).toEqual([days, 2 * days])
      await lake.write(table, rows(3), { ...how, mode: 'overwrite-partitions' })
      expect(await counted()).toEqual([days, 3 * days])
      expect(await lake.verify()).toMatchObject([{ files: days, rows: days, missing: [], differences: [] }])
      expect(await lake.snapshots(table)).toHaveLength(4) // that of its creation, too
    } finally {
      await lake.close()
    }
  },
)
