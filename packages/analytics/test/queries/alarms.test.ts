import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { alarmCount, alarmRows, alarmRule, type Query } from '../../src/index.js'
import { engineWith, machine, rowsOf } from './machines.js'

const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2026-01-02T00:00:00Z')

describe('alarmCount', () => {
  test('is exactly this SQL: above the limit, and not NaN', () => {
    expect(alarmCount(pump).sql).toMatchInlineSnapshot(`
      "SELECT count(*) AS "rows"
      FROM "hive"."iot_dw"."pump"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)"
    `)
  })

  test('restricts the time range, and the days of a partitioned table', () => {
    expect(alarmCount(pumpDaily, { from, to }).sql).toMatchInlineSnapshot(`
      "SELECT count(*) AS "rows"
      FROM "hive"."iot_dw"."pump_daily"
      WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)
        AND "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
        AND "event_timestamp" < TIMESTAMP '2026-01-02 00:00:00.000'
        AND "event_date" >= '2026-01-01'
        AND "event_date" <= '2026-01-01'"
    `)
  })

  test('accepts another column and limit, and needs no NaN condition for integers', () => {
    expect(alarmCount(machine, { rules: [alarmRule(machine, { column: 'starts', above: 12.5 })] }).sql)
      .toMatchInlineSnapshot(`
      "SELECT count(*) AS "rows"
      FROM "hive"."iot_dw"."machine"
      WHERE "starts" > 12.5E0"
    `)
  })

  test('returns one bigint', () => {
    expectTypeOf(alarmCount(pump)).toEqualTypeOf<Query<{ rows: bigint }>>()
    expect(alarmCount(pump).columns).toEqual({ rows: { type: 'bigint' } })
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
    expect(await found({ rules: [alarmRule(pumpDaily, { above: 155 })] })).toEqual([
      '2025-12-31T23:59:59.000Z pump-0001',
      '2026-01-01T00:00:01.000Z pump-0001',
    ])
    await engine.close()
  })
})

test('rows beyond any of several limits are counted once', async () => {
  const rules = [
    alarmRule(machine, { column: 'power', above: 100 }),
    alarmRule(machine, { column: 'starts', below: 2 }),
  ]
  expect(alarmCount(machine, { rules, from }).sql).toMatchInlineSnapshot(`
    "SELECT count(*) AS "rows"
    FROM "hive"."iot_dw"."machine"
    WHERE (("power" > 100 AND abs("power") <= CAST('Infinity' AS DOUBLE)) OR ("starts" < 2))
      AND "time" >= TIMESTAMP '2026-01-01 00:00:00.000'"
  `)
  const engine = engineWith(
    machine,
    'time TIMESTAMP, power DOUBLE, load REAL, starts BIGINT, mode INTEGER, plant VARCHAR, running BOOLEAN',
    `('2026-01-01', 101, 1, 1, 1, 'a', true), ('2026-01-01', 100, 1, 1, 1, 'a', true),
     ('2026-01-01', 'NaN', 1, 2, 1, 'a', true), ('2026-01-01', 101, 1, 2, 1, 'a', true)`,
  )
  expect(await rowsOf(engine, alarmCount(machine, { rules }))).toEqual([{ rows: 3n }])
  await engine.close()
})

describe('alarmRule', () => {
  const boiler = defineTable({
    name: 'boiler',
    columns: {
      time: { type: 'timestamp' },
      heat: { type: 'double', highLimit: 90, alarms: [{ below: 5, deadband: 1, severity: 'high' }] },
      steam: { type: 'double', highLimit: 12 },
      water: { type: 'double' },
    },
  })
  const noDelays = { onDelaySeconds: 0, offDelaySeconds: 0 }

  test('takes what is not given from the rule of the table on that side, else 0', () => {
    const rule = {
      name: 'pressure_high',
      severity: 'low',
      column: 'pressure',
      side: 'above',
      limit: 150,
      deadband: 3,
      onDelaySeconds: 15,
      offDelaySeconds: 15,
    }
    expect(alarmRule(pump)).toEqual(rule)
    expect(alarmRule(pump, { above: 0 })).toEqual({ ...rule, limit: 0 })
    expect(alarmRule(pump, { above: 140, deadband: 0, offDelaySeconds: 1.5 })).toEqual({
      ...rule,
      limit: 140,
      deadband: 0,
      offDelaySeconds: 1.5,
    })
    expect(alarmRule(machine)).toEqual({
      ...rule,
      ...noDelays,
      name: 'power_high',
      column: 'power',
      deadband: 0,
    })
    expect(alarmRule(boiler, { column: 'heat', below: 8 })).toEqual({
      ...noDelays,
      name: 'heat_low',
      severity: 'high',
      column: 'heat',
      side: 'below',
      limit: 8,
      deadband: 1,
    })
    expect(alarmRule(boiler, { column: 'water', below: 8, severity: 'critical' })).toMatchObject({
      name: 'water_low',
      severity: 'critical',
      limit: 8,
      deadband: 0,
    })
  })

  test.each<[string, () => unknown, string]>([
    [
      'a table with rules on two columns, without a column',
      () => alarmRule(boiler),
      'alarms on table boiler expected a column option, or exactly one column with alarm rules, got heat, steam',
    ],
    [
      'a column without a rule, without a limit',
      () => alarmRule(boiler, { column: 'water' }),
      'alarms on table boiler expected a limit (above or below): column water has no alarm rule',
    ],
    [
      'both sides',
      () => alarmRule(boiler, { column: 'water', above: 1, below: 2 }),
      'alarms on table boiler expected either above or below, got both',
    ],
    [
      'a text',
      // @ts-expect-error a text has no limit
      () => alarmRule(machine, { column: 'plant', above: 1 }),
      'table machine expected a numeric column, got plant (varchar)',
    ],
    [
      'a column that is missing',
      // @ts-expect-error no such column
      () => alarmRule(pump, { column: 'depth', above: 1 }),
      'table pump expected a numeric column, got depth (no such column)',
    ],
    [
      'no rule at all',
      () => alarmCount(pump, { rules: [] }),
      'alarms on table pump expected a column with a highLimit or alarms in its definition, or a rule, got none',
    ],
  ])('refuses %s', (_, define, sentence) => {
    expect(define).toThrow(new TypeError(sentence))
  })

  test('refuses two rules of one name', () => {
    const rules = [alarmRule(pump), alarmRule(pump, { above: 160 })]
    expect(() => alarmCount(pump, { rules })).toThrow(
      new RangeError('table pump: alarms expected different names, got pressure_high twice: set name'),
    )
  })
})
