import { freeSql } from '@minilake/analytics'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { agrees, openLake } from '../../src/index.js'
import { emptyLake, stackOptions } from '../running-stack.js'

const stack = inject('stack')
const table = defineTable({
  name: 'every_type',
  columns: {
    event_timestamp: { type: 'timestamp' },
    measured: { type: 'timestamp', nullable: true },
    day: { type: 'date', nullable: true },
    power: { type: 'double', nullable: true },
    level: { type: 'real', nullable: true },
    starts: { type: 'bigint', nullable: true },
    code: { type: 'integer', nullable: true },
    is_on: { type: 'boolean', nullable: true },
    label: { type: 'varchar', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
  format: 'iceberg',
})

beforeAll(() => emptyLake(stack), 120_000)
afterAll(() => emptyLake(stack), 120_000)

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 23, 59, second, 999))
const nothing = {
  ...{ measured: null, day: null, power: null, level: null, starts: null },
  ...{ code: null, is_on: null, label: null },
}
const rows: Required<InputRow<typeof table>>[] = [
  {
    event_timestamp: at(0),
    measured: new Date('1969-12-31T23:59:59.999Z'),
    day: '1900-02-28',
    power: -0,
    level: Math.fround(0.1),
    starts: -(2n ** 63n),
    code: -(2 ** 31),
    is_on: false,
    label: '',
  },
  {
    event_timestamp: at(1),
    measured: new Date('9999-12-31T23:59:59.999Z'),
    day: '9999-12-31',
    power: Number.MAX_VALUE,
    level: Infinity,
    starts: 2n ** 63n - 1n,
    code: 2 ** 31 - 1,
    is_on: true,
    label: "ü 'quoted' \n 💧",
  },
  { event_timestamp: at(2), ...nothing },
  { event_timestamp: at(3), ...nothing, power: NaN, level: NaN },
  { event_timestamp: at(4), ...nothing, power: 5e-324, level: -Infinity },
]

test('values of every type come back as they were written', { timeout: 300_000 }, async () => {
  const lake = await openLake({
    ...stackOptions(stack),
    tables: [table],
    maintainCredentials: stack.maintainer,
  })
  const found = async () => {
    const all: unknown[] = []
    const names = Object.keys(table.columns).join(', ')
    const sql = freeSql(`SELECT ${names} FROM hive.iot_dw.every_type ORDER BY event_timestamp`)
    for await (const row of lake.query(sql, { tables: [table] })) all.push(row)
    return all
  }
  await lake.write(table, rows)
  expect(await found()).toEqual(rows)
  expect((await lake.verify()).map(agrees)).toEqual([true])
  await lake.write(
    table,
    rows.map((row) => ({ ...row, event_timestamp: new Date(Number(row.event_timestamp) - 60_000) })),
  )
  expect(await lake.maintain(table)).toMatchObject({ days: [{ before: { files: 2 }, after: { files: 1 } }] })
  await lake.remove(table, { to: at(0), remove: true })
  expect(await found()).toEqual(rows)
  await lake.close()
})
