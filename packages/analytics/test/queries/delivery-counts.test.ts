import { pump, pumpDaily } from '@minilake/schema'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { deliveryCounts, type Query } from '../../src/index.js'
import { tank, tankValues } from './episode-readings.js'
import { engineWith, rowsOf } from './machines.js'

const at = (time: string, tank: string | null, level: number | null = 1) => ({
  time: Date.parse(time),
  level,
  tank,
})
const engine = engineWith(
  tank,
  'time TIMESTAMP, level DOUBLE, tank VARCHAR',
  tankValues([
    at('2026-01-02T00:00:00Z', 'a'),
    at('2026-01-01T23:59:59.999Z', 'a'),
    at('2026-01-01T23:59:59.999Z', 'a'),
    at('2026-01-01T23:59:59.999Z', 'a', NaN),
    at('2026-01-01T23:59:59.999Z', 'b'),
    at('2026-01-01T00:00:00Z', null),
    at('2026-01-01T00:00:00Z', null),
    at('2026-01-04T12:00:00Z', 'b', null),
  ]),
)
afterAll(() => engine.close())

test('is exactly this SQL', () => {
  expect(deliveryCounts(pumpDaily, { from: new Date('2026-01-01T00:00:00Z') }).sql).toMatchInlineSnapshot(`
    "WITH "sources" AS (
      SELECT
        CAST("event_timestamp" AS DATE) AS "the day",
        count(*) AS "its rows",
        count(DISTINCT "event_timestamp") AS "its times"
      FROM "hive"."iot_dw"."pump_daily"
      WHERE "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
        AND "event_date" >= '2026-01-01'
      GROUP BY CAST("event_timestamp" AS DATE), "pump_id"
    )
    SELECT
      "the day" AS "day",
      CAST(sum("its rows") AS BIGINT) AS "rows",
      CAST(sum("its times") AS BIGINT) AS "readings"
    FROM "sources"
    GROUP BY "the day"
    ORDER BY "the day""
  `)
  expect(deliveryCounts(pump).sql).toContain('GROUP BY CAST("event_timestamp" AS DATE)\n')
})

test('counts the rows of each day, and the distinct pairs of time and source', async () => {
  expectTypeOf(deliveryCounts(tank)).toEqualTypeOf<
    Query<{ readonly day: string; readonly rows: bigint; readonly readings: bigint }>
  >()
  expect(await rowsOf(engine, deliveryCounts(tank))).toEqual([
    { day: '2026-01-01', rows: 6n, readings: 3n },
    { day: '2026-01-02', rows: 1n, readings: 1n },
    { day: '2026-01-04', rows: 1n, readings: 1n },
  ])
})

test('restricts the range, and accepts other columns that identify readings', async () => {
  const to = new Date('2026-01-02T00:00:00Z')
  expect(await rowsOf(engine, deliveryCounts(tank, { to, by: [] }))).toEqual([
    { day: '2026-01-01', rows: 6n, readings: 2n },
  ])
  expect(await rowsOf(engine, deliveryCounts(tank, { from: new Date('2027-01-01T00:00:00Z') }))).toEqual([])
  // @ts-expect-error no such column
  expect(() => deliveryCounts(pump, { by: ['pump_id'] })).toThrow(
    new TypeError('table pump expected columns that identify its sources, got pump_id (no such column)'),
  )
})
