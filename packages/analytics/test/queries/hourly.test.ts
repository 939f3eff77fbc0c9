import { pump, pumpDaily } from '@minilake/schema'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { duckDbDialect } from '../../src/duckdb/duckdb-dialect.js'
import { hourlyAverages, hourlyStatistics, type Query, sqlText } from '../../src/index.js'
import { machine } from './machines.js'

const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2026-01-03T12:00:00Z')

describe('hourlyAverages', () => {
  test('is exactly this SQL', () => {
    expect(sqlText(hourlyAverages(pump, ['pressure', 'speed']), duckDbDialect)).toMatchInlineSnapshot(`
      "WITH "windows" AS (
        SELECT
          "the window",
          avg("pressure value") AS "avg_pressure",
          avg("speed value") AS "avg_speed"
        FROM (
          SELECT
            date_trunc('hour', "event_timestamp") AS "the window",
            "event_timestamp" AS "the time",
            CASE WHEN NOT isnan("pressure") THEN "pressure" END AS "pressure value",
            CASE WHEN NOT isnan("speed") THEN "speed" END AS "speed value"
          FROM "hive"."iot_dw"."pump"
        ) AS "readings"
        GROUP BY "the window"
      )
      SELECT "the window" AS "hour", "avg_pressure", "avg_speed"
      FROM "windows"
      ORDER BY "hour""
    `)
  })

  test('restricts the time range, and the days of a partitioned table', () => {
    expect(sqlText(hourlyAverages(pumpDaily, ['pressure'], { from, to }), duckDbDialect))
      .toMatchInlineSnapshot(`
      "WITH "windows" AS (
        SELECT
          "the window",
          avg("pressure value") AS "avg_pressure"
        FROM (
          SELECT
            date_trunc('hour', "event_timestamp") AS "the window",
            "event_timestamp" AS "the time",
            CASE WHEN NOT isnan("pressure") THEN "pressure" END AS "pressure value"
          FROM "hive"."iot_dw"."pump_daily"
          WHERE "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
            AND "event_timestamp" < TIMESTAMP '2026-01-03 12:00:00.000'
            AND "event_date" >= '2026-01-01'
            AND "event_date" <= '2026-01-03'
        ) AS "readings"
        GROUP BY "the window"
      )
      SELECT "the window" AS "hour", "avg_pressure"
      FROM "windows"
      ORDER BY "hour""
    `)
  })

  test('averages other numbers as DOUBLE, and excludes NaN in types that have it', () => {
    expect(sqlText(hourlyAverages(machine, ['load', 'starts', 'mode']), duckDbDialect))
      .toMatchInlineSnapshot(`
      "WITH "windows" AS (
        SELECT
          "the window",
          avg("load value") AS "avg_load",
          avg("starts value") AS "avg_starts",
          avg("mode value") AS "avg_mode"
        FROM (
          SELECT
            date_trunc('hour', "time") AS "the window",
            "time" AS "the time",
            CASE WHEN NOT isnan("load") THEN CAST("load" AS DOUBLE) END AS "load value",
            CAST("starts" AS DOUBLE) AS "starts value",
            CAST("mode" AS DOUBLE) AS "mode value"
          FROM "hive"."iot_dw"."machine"
        ) AS "readings"
        GROUP BY "the window"
      )
      SELECT "the window" AS "hour", "avg_load", "avg_starts", "avg_mode"
      FROM "windows"
      ORDER BY "hour""
    `)
  })

  test('types its rows by the requested columns', () => {
    const query = hourlyAverages(pump, ['pressure', 'speed'])
    expectTypeOf(query).toEqualTypeOf<
      Query<{ hour: Date } & { avg_pressure: number | null; avg_speed: number | null }>
    >()
    type Row = typeof query extends Query<infer R> ? { [C in keyof R]: R[C] } : never
    expectTypeOf<Row>().toEqualTypeOf<{ hour: Date; avg_pressure: number | null; avg_speed: number | null }>()
    expect(query.columns).toEqual({
      hour: { type: 'timestamp' },
      avg_pressure: { type: 'double', nullable: true },
      avg_speed: { type: 'double', nullable: true },
    })
  })

  test('refuses a column that is not numeric, in types and at run time', () => {
    // @ts-expect-error a text has no average
    expect(() => hourlyAverages(machine, ['plant'])).toThrow(
      new TypeError('table machine expected a numeric column, got plant (varchar)'),
    )
    // @ts-expect-error a time has no average
    expect(() => hourlyAverages(pump, ['event_timestamp'])).toThrow(
      new TypeError('table pump expected a numeric column, got event_timestamp (timestamp)'),
    )
    // @ts-expect-error a boolean has no average
    expect(() => hourlyAverages(machine, ['running'])).toThrow('got running (boolean)')
  })

  test('refuses a column that the table lacks, in types and at run time', () => {
    // @ts-expect-error no such column
    expect(() => hourlyAverages(pump, ['depth'])).toThrow(
      new TypeError('table pump expected a numeric column, got depth (no such column)'),
    )
  })
})

describe('hourlyStatistics', () => {
  test('is exactly this SQL', () => {
    expect(hourlyStatistics(pump).sql).toMatchInlineSnapshot(`
      "SELECT
        date_trunc('hour', "event_timestamp") AS "hour",
        count(*) AS "rows",
        min("event_timestamp") AS "first",
        max("event_timestamp") AS "last",
        count("pressure") FILTER (WHERE abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "count_pressure",
        count("pressure") - count("pressure") FILTER (WHERE abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "nan_pressure",
        sum("pressure") FILTER (WHERE abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "sum_pressure",
        min("pressure") FILTER (WHERE abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "min_pressure",
        max("pressure") FILTER (WHERE abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "max_pressure",
        count(*) FILTER (WHERE "pressure" > 150 AND abs("pressure") <= CAST('Infinity' AS DOUBLE)) AS "above_pressure",
        count("velocity") FILTER (WHERE abs("velocity") <= CAST('Infinity' AS DOUBLE)) AS "count_velocity",
        count("velocity") - count("velocity") FILTER (WHERE abs("velocity") <= CAST('Infinity' AS DOUBLE)) AS "nan_velocity",
        sum("velocity") FILTER (WHERE abs("velocity") <= CAST('Infinity' AS DOUBLE)) AS "sum_velocity",
        min("velocity") FILTER (WHERE abs("velocity") <= CAST('Infinity' AS DOUBLE)) AS "min_velocity",
        max("velocity") FILTER (WHERE abs("velocity") <= CAST('Infinity' AS DOUBLE)) AS "max_velocity",
        count("speed") FILTER (WHERE abs("speed") <= CAST('Infinity' AS DOUBLE)) AS "count_speed",
        count("speed") - count("speed") FILTER (WHERE abs("speed") <= CAST('Infinity' AS DOUBLE)) AS "nan_speed",
        sum("speed") FILTER (WHERE abs("speed") <= CAST('Infinity' AS DOUBLE)) AS "sum_speed",
        min("speed") FILTER (WHERE abs("speed") <= CAST('Infinity' AS DOUBLE)) AS "min_speed",
        max("speed") FILTER (WHERE abs("speed") <= CAST('Infinity' AS DOUBLE)) AS "max_speed"
      FROM "hive"."iot_dw"."pump"
      GROUP BY 1
      ORDER BY 1"
    `)
  })

  test('covers the DOUBLE and REAL columns, restricts the range, and declares its columns', () => {
    const { sql, columns } = hourlyStatistics(machine, { from })
    expect(sql).toContain(`\nWHERE "time" >= TIMESTAMP '2026-01-01 00:00:00.000'\n`)
    expect(Object.entries(columns!).map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'hour timestamp',
      'rows bigint',
      'first timestamp',
      'last timestamp',
      'count_power bigint',
      'nan_power bigint',
      'sum_power double',
      'min_power double',
      'max_power double',
      'above_power bigint',
      'count_load bigint',
      'nan_load bigint',
      'sum_load double',
      'min_load double',
      'max_load double',
    ])
  })
})
