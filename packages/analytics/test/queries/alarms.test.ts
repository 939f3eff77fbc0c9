import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { alarmCount, alarmLimit, alarmRows, alarmRule, type Query } from '../../src/index.js'
import { engineWith, machine, rowsOf } from './machines.js'

const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2026-01-02T00:00:00Z')

describe('alarmCount', () => {
  test('is exactly this SQL: above the limit, and not NaN', () => {
    expect(alarmCount(pump).sql).toMatchInlineSnapshot(`
      "SELECT count(*) AS "alarms"
      FROM "hive"."iot_dw"."pump"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)"
    `)
  })

  test('restricts the time range, and the days of a partitioned table', () => {
    expect(alarmCount(pumpDaily, { from, to }).sql).toMatchInlineSnapshot(`
      "SELECT count(*) AS "alarms"
      FROM "hive"."iot_dw"."pump_daily"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)
        AND "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
        AND "event_timestamp" < TIMESTAMP '2026-01-02 00:00:00.000'
        AND "event_date" >= '2026-01-01'
        AND "event_date" <= '2026-01-01'"
    `)
  })

  test('accepts another column and limit, and needs no NaN condition for integers', () => {
    expect(alarmCount(machine, { column: 'starts', above: 12.5 }).sql).toMatchInlineSnapshot(`
      "SELECT count(*) AS "alarms"
      FROM "hive"."iot_dw"."machine"
      WHERE "starts" > 12.5E0"
    `)
  })

  test('returns one bigint', () => {
    expectTypeOf(alarmCount(pump)).toEqualTypeOf<Query<{ alarms: bigint }>>()
    expect(alarmCount(pump).columns).toEqual({ alarms: { type: 'bigint' } })
  })
})

describe('alarmRows', () => {
  test('is exactly this SQL: all columns, ordered by time', () => {
    expect(alarmRows(pump, { limit: 20 }).sql).toMatchInlineSnapshot(`
      "SELECT "event_timestamp", "pressure", "velocity", "speed"
      FROM "hive"."iot_dw"."pump"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)
      ORDER BY "event_timestamp"
      LIMIT 20"
    `)
  })

  test('orders rows of the same moment by the columns that are not readings', () => {
    expect(alarmRows(pumpDaily, { from, to }).sql).toMatchInlineSnapshot(`
      "SELECT "event_timestamp", "pressure", "velocity", "speed", "pump_id"
      FROM "hive"."iot_dw"."pump_daily"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)
        AND "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
        AND "event_timestamp" < TIMESTAMP '2026-01-02 00:00:00.000'
        AND "event_date" >= '2026-01-01'
        AND "event_date" <= '2026-01-01'
      ORDER BY "event_timestamp", "pump_id""
    `)
  })

  test('types its rows by the columns of the table', () => {
    expectTypeOf(alarmRows(pump)).toEqualTypeOf<
      Query<{ event_timestamp: Date; pressure: number; velocity: number; speed: number }>
    >()
    type Row = ReturnType<typeof alarmRows<typeof machine>> extends Query<infer R> ? R : never
    expectTypeOf<Row['load']>().toEqualTypeOf<number | null>()
    expectTypeOf<Row['starts']>().toEqualTypeOf<bigint>()
    expect(alarmRows(pump).columns).toBe(pump.columns)
  })

  test.each([-1, 1.5, NaN])('refuses a limit of %d rows', (limit) => {
    expect(() => alarmRows(pump, { limit })).toThrow(
      new RangeError(`limit expected a whole number, got ${limit}`),
    )
  })

  test('returns the rows ordered by time, then by pump, up to the limit', async () => {
    const engine = engineWith(
      pumpDaily,
      'event_timestamp TIMESTAMP, pressure DOUBLE, velocity DOUBLE, speed DOUBLE, pump_id VARCHAR, event_date VARCHAR',
      `('2026-01-02 00:00:00', 151, 1, 1400, 'pump-0001', '2026-01-02'),
       ('2026-01-01 00:00:01', 151, 1, 1400, 'pump-0002', '2026-01-01'),
       ('2026-01-01 00:00:01', 160, 1, 1400, 'pump-0001', '2026-01-01'),
       ('2026-01-01 00:00:00', 149, 1, 1400, 'pump-0001', '2026-01-01'),
       ('2025-12-31 23:59:59', 170, 1, 1400, 'pump-0001', '2025-12-31')`,
    )
    const found = async (options: Parameters<typeof alarmRows<typeof pumpDaily>>[1]) =>
      (await rowsOf(engine, alarmRows(pumpDaily, options))).map(
        ({ event_timestamp, pump_id }) => `${event_timestamp.toISOString()} ${pump_id}`,
      )
    expect(await found({})).toEqual([
      '2025-12-31T23:59:59.000Z pump-0001',
      '2026-01-01T00:00:01.000Z pump-0001',
      '2026-01-01T00:00:01.000Z pump-0002',
      '2026-01-02T00:00:00.000Z pump-0001',
    ])
    expect(await found({ from, to })).toEqual([
      '2026-01-01T00:00:01.000Z pump-0001',
      '2026-01-01T00:00:01.000Z pump-0002',
    ])
    expect(await found({ limit: 1 })).toEqual(['2025-12-31T23:59:59.000Z pump-0001'])
    expect(await found({ limit: 0 })).toEqual([])
    expect(await found({ above: 155 })).toEqual([
      '2025-12-31T23:59:59.000Z pump-0001',
      '2026-01-01T00:00:01.000Z pump-0001',
    ])
    await engine.close()
  })
})

describe('alarmLimit', () => {
  const boiler = defineTable({
    name: 'boiler',
    columns: {
      time: { type: 'timestamp' },
      heat: { type: 'double', highLimit: 90 },
      steam: { type: 'double', highLimit: 12 },
      water: { type: 'double' },
    },
  })

  test('is the one in the table, unless another is given', () => {
    expect(alarmLimit(pump)).toEqual({ column: 'pressure', above: 150 })
    expect(alarmLimit(pump, { above: 0 })).toEqual({ column: 'pressure', above: 0 })
    expect(alarmLimit(pump, { column: 'speed', above: 1500 })).toEqual({ column: 'speed', above: 1500 })
    expect(alarmLimit(boiler, { column: 'steam' })).toEqual({ column: 'steam', above: 12 })
  })

  test('is not determined for a table with two limits or none, without a column', () => {
    expect(() => alarmLimit(boiler)).toThrow(
      new TypeError(
        'alarms on table boiler expected a column option, or exactly one column with a highLimit, got heat, steam',
      ),
    )
    const { time, water } = boiler.columns
    expect(() => alarmLimit({ name: 'tank', columns: { time, water } })).toThrow(
      new TypeError(
        'alarms on table tank expected a column option, or exactly one column with a highLimit, got none',
      ),
    )
  })

  test('is not determined for a column without a limit', () => {
    expect(() => alarmLimit(boiler, { column: 'water' })).toThrow(
      new TypeError('alarms on table boiler expected a limit (above): column water has no highLimit'),
    )
  })

  test('refuses a column that is not numeric or missing, and a limit that is not finite', () => {
    // @ts-expect-error a text has no limit
    expect(() => alarmCount(machine, { column: 'plant', above: 1 })).toThrow(
      new TypeError('table machine expected a numeric column, got plant (varchar)'),
    )
    // @ts-expect-error no such column
    expect(() => alarmRows(pump, { column: 'depth', above: 1 })).toThrow('got depth (no such column)')
    expect(() => alarmCount(pump, { above: NaN })).toThrow(
      new RangeError('number in SQL expected a finite value, got NaN'),
    )
  })
})

test('alarmRule takes what is not given from the column, else 0', () => {
  const rule = { above: 150, deadband: 3, onDelaySeconds: 15, offDelaySeconds: 15 }
  expect(alarmRule(pump)).toEqual({ column: 'pressure', rule })
  expect(alarmRule(pump, { above: 140, deadband: 0, offDelaySeconds: 1.5 })).toEqual({
    column: 'pressure',
    rule: { above: 140, deadband: 0, onDelaySeconds: 15, offDelaySeconds: 1.5 },
  })
  expect(alarmRule(machine)).toEqual({
    column: 'power',
    rule: { above: 150, deadband: 0, onDelaySeconds: 0, offDelaySeconds: 0 },
  })
  expect(() => alarmRule(pump, { column: 'speed' })).toThrow(TypeError)
})
