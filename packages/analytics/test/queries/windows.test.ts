import { defineTable, pumpDaily } from '@minilake/schema'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { duckDbDialect } from '../../src/duckdb/duckdb-dialect.js'
import { sqlText, type WindowFill, windows } from '../../src/index.js'
import { trinoDialect } from '../../src/trino/trino-dialect.js'
import { engineWith, machine, rowsOf } from './machines.js'

const gauge = defineTable({
  name: 'gauge',
  columns: {
    time: { type: 'timestamp' },
    level: { type: 'double', nullable: true },
    site: { type: 'varchar', nullable: true },
  },
})
const columns = 'time TIMESTAMP, level DOUBLE, site VARCHAR'
const engine = engineWith(
  gauge,
  columns,
  `('2026-01-01 00:10:00', 4, 'a'),
   ('2026-01-01 00:00:00', 1, 'a'),
   ('2026-01-01 00:00:00', 2, 'a'),
   ('2026-01-01 00:30:00', 'NaN', 'a'),
   ('2026-01-01 00:40:00', NULL, 'a'),
   ('2026-01-01 00:50:00', 10, 'a'),
   ('2026-01-01 03:15:00', 5, 'a'),
   ('2026-01-01 01:00:00', 7, NULL),
   ('2026-01-01 02:00:00', 'NaN', NULL),
   ('2026-01-01 03:00:00', 'Infinity', NULL)`,
)
afterAll(() => engine.close())
const at = (time: string) => new Date(`2026-01-01T${time}Z`)

describe('windows', () => {
  test('is exactly this SQL in each dialect', () => {
    const query = windows(pumpDaily, { every: '15m', select: { pressure: ['max', 'p95'] }, by: ['pump_id'] })
    expect(sqlText(query, duckDbDialect)).toMatchInlineSnapshot(`
      "WITH "windows" AS (
        SELECT
          "pump_id",
          "the window",
          max("pressure value") AS "max_pressure",
          quantile_cont("pressure value", 0.95E0) AS "p95_pressure"
        FROM (
          SELECT
            "pump_id",
            time_bucket(INTERVAL '900' SECOND, "event_timestamp") AS "the window",
            "event_timestamp" AS "the time",
            CASE WHEN NOT isnan("pressure") THEN "pressure" END AS "pressure value"
          FROM "hive"."iot_dw"."pump_daily"
        ) AS "readings"
        GROUP BY "pump_id", "the window"
      )
      SELECT "pump_id", "the window" AS "start", "max_pressure", "p95_pressure"
      FROM "windows"
      ORDER BY "pump_id", "start""
    `)
    expect(sqlText(query, trinoDialect)).toMatchInlineSnapshot(`
      "WITH "windows" AS (
        SELECT
          "pump_id",
          "the window",
          max("pressure value") AS "max_pressure",
          approx_percentile("pressure value", 0.95E0) AS "p95_pressure"
        FROM (
          SELECT
            "pump_id",
            date_add('millisecond', -(date_diff('millisecond', date_trunc('day', "event_timestamp"), "event_timestamp") % 900000), "event_timestamp") AS "the window",
            "event_timestamp" AS "the time",
            CASE WHEN NOT is_nan("pressure") THEN "pressure" END AS "pressure value"
          FROM "hive"."iot_dw"."pump_daily"
        ) AS "readings"
        GROUP BY "pump_id", "the window"
      )
      SELECT "pump_id", "the window" AS "start", "max_pressure", "p95_pressure"
      FROM "windows"
      ORDER BY "pump_id", "start""
    `)
  })

  test('every aggregate, by its definition', async () => {
    const all = [
      'avg',
      'min',
      'max',
      'count',
      'sum',
      'stddev',
      'first',
      'last',
      'twa',
      'rate',
      'p50',
    ] as const
    const query = windows(gauge, { every: '1h', select: { level: all }, where: `site = 'a'` })
    // Of 1, 2 (both at 00:00), 4 at 00:10 and 10 at 00:50: 2 counts for 10 minutes, 4 for 40, 10 for 10.
    const seconds = 50 * 60
    expect(await rowsOf(engine, query)).toEqual([
      {
        start: at('00:00:00'),
        avg_level: 4.25,
        min_level: 1,
        max_level: 10,
        count_level: 4n,
        sum_level: 17,
        stddev_level: expect.closeTo(Math.sqrt((3.25 ** 2 + 2.25 ** 2 + 0.25 ** 2 + 5.75 ** 2) / 3), 12),
        first_level: 1,
        last_level: 10,
        twa_level: expect.closeTo((2 * 10 + 4 * 40 + 10 * 10) / 60, 12),
        rate_level: expect.closeTo(9 / seconds, 12),
        p50_level: 3,
      },
      {
        start: at('03:00:00'),
        avg_level: 5,
        min_level: 5,
        max_level: 5,
        count_level: 1n,
        sum_level: 5,
        stddev_level: null,
        first_level: 5,
        last_level: 5,
        twa_level: 5,
        rate_level: null,
        p50_level: 5,
      },
    ])
  })

  test('sources have windows of their own, in order; one may have no name, NaN only or infinite values', async () => {
    const query = windows(gauge, {
      every: '1h',
      by: ['site'],
      select: { level: ['max', 'count', 'stddev', 'p95', 'twa'] },
    })
    const found = await rowsOf(engine, query)
    expect(
      found.map(({ site, start, max_level, count_level }) => [site, start, max_level, count_level]),
    ).toEqual([
      ['a', at('00:00:00'), 10, 4n],
      ['a', at('03:00:00'), 5, 1n],
      [null, at('01:00:00'), 7, 1n],
      [null, at('02:00:00'), null, 0n],
      [null, at('03:00:00'), Infinity, 1n],
    ])
    expect(found.slice(3).map((row) => [row.stddev_level, row.p95_level, row.twa_level])).toEqual([
      [null, null, null],
      [null, Infinity, Infinity],
    ])
  })

  test.each<[WindowFill, (number | null)[]]>([
    ['none', [1, 5]],
    ['null', [1, null, null, 5]],
    ['previous', [1, 1, 1, 5]],
    ['linear', [1, 1 + 4 / 3, 1 + 8 / 3, 5]],
  ])('fill %s', async (fill, expected) => {
    const query = windows(gauge, { every: '1h', by: ['site'], select: { level: ['min', 'count'] }, fill })
    const found = (await rowsOf(engine, query)).filter(({ site }) => site === 'a')
    for (const [index, { min_level }] of found.entries()) {
      const value = expected[index]
      if (typeof value === 'number') expect(min_level).toBeCloseTo(value, 12)
      else expect(min_level).toBe(value)
    }
    expect(found.map(({ count_level }) => count_level)).toEqual(fill === 'none' ? [4n, 1n] : [4n, 0n, 0n, 1n])
  })

  test('a range is filled from its start to its end', async () => {
    const range = { from: new Date('2025-12-31T23:00:00Z'), to: at('05:00:00') }
    const query = windows(gauge, {
      every: '1h',
      select: { level: ['max'] },
      fill: 'previous',
      where: `site = 'a'`,
      ...range,
    })
    const found = await rowsOf(engine, query)
    expect(found.map(({ max_level }) => max_level)).toEqual([null, 10, 10, 10, 5, 5])
    expect(found[0]?.start).toEqual(range.from)
  })

  test('more windows than an engine lists at once are filled', async () => {
    const query = windows(gauge, {
      every: '1s',
      select: { level: ['count'] },
      fill: 'null',
      where: `site = 'a'`,
    })
    const found = await rowsOf(engine, query)
    expect(found).toHaveLength(3 * 3600 + 15 * 60 + 1)
    expect(
      found.every(({ start }, second) => start.getTime() === at('00:00:00').getTime() + 1000 * second),
    ).toBe(true)
  })

  test('no rows at all are no windows', async () => {
    const query = windows(gauge, { every: 'day', select: { level: ['avg'] }, fill: 'linear', where: 'false' })
    expect(await rowsOf(engine, query)).toEqual([])
  })

  test('types its rows by the options', async () => {
    const query = windows(gauge, { every: '1h', by: ['site'], select: { level: ['avg', 'count', 'p95'] } })
    const rows = rowsOf(engine, query)
    type Row = Awaited<typeof rows>[number]
    expectTypeOf<{ [C in keyof Row]: Row[C] }>().toEqualTypeOf<{
      site: string | null
      start: Date
      avg_level: number | null
      count_level: bigint
      p95_level: number | null
    }>()
    expect((await rows).length).toBeGreaterThan(0)
  })

  test.each<[string, object, string]>([
    [
      'a length that does not divide a day',
      { every: '7m' },
      '`every` expected a length that divides a day, such as 15m, 1h or 8h, or day, week or month, got 7m',
    ],
    ['no length', { every: '0s' }, 'got 0s'],
    [
      'an unknown zone',
      { zone: 'Europe/Berlim' },
      '`zone` expected UTC or a name with a slash such as Europe/Berlin, got Europe/Berlim',
    ],
    ['an abbreviated zone', { zone: 'CET' }, 'got CET'],
    ['a zone in the wrong case', { zone: 'Europe/berlin' }, 'got Europe/berlin'],
    ['an unknown fill', { fill: 'zero' }, '`fill` expected one of none, null, previous, linear, got zero'],
    [
      'an unknown aggregate',
      { select: { power: ['mean'] } },
      '`select` expected avg, min, max, count, sum, stddev, first, last, twa, rate, p1 to p99, got mean',
    ],
    ['a percentile beyond 99', { select: { power: ['p100'] } }, 'got p100'],
    [
      'a text',
      { select: { plant: ['avg'] } },
      'table machine expected a numeric column, got plant (varchar)',
    ],
    ['nothing to compute', { select: { power: [] } }, '`select` expected an aggregate of a column, got none'],
    [
      'a source column of the name of a result',
      { by: ['start'] },
      'table machine expected columns that identify its sources, got start (no such column)',
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => windows(machine, { every: '1h', select: { power: ['avg'] }, ...wrong })).toThrow(message)
  })
})

describe('zones', () => {
  // A reading each half hour of some days in which clocks change: Berlin's in March and October, Havana's and Beirut's at midnight.
  const half = 1_800_000
  const days = ['2026-03-07', '2026-03-28', '2026-10-24', '2026-10-31'].map((day) => Date.parse(day))
  const times = days.flatMap((day) => Array.from({ length: 3 * 48 }, (_, index) => day + index * half))
  const values = times.map((time) => `('${new Date(time).toISOString().slice(0, 19)}', 1, 'x')`)
  const clocks = engineWith(gauge, columns, values.join())
  afterAll(() => clocks.close())

  /** What the clock of a zone shows, as the milliseconds of a UTC time that looks the same. */
  const shown = (zone: string) => {
    const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    return (time: number) => Date.parse(`${format.format(time).replace(' ', 'T')}Z`)
  }

  test.each([
    ['Europe/Berlin', '1h'],
    ['Europe/Berlin', '30m'],
    ['Europe/Berlin', '2h'],
    ['Europe/Berlin', '6h'],
    ['Europe/Berlin', 'day'],
    ['America/Havana', 'day'],
    ['America/Havana', '8h'],
    ['Asia/Beirut', 'day'],
    ['Asia/Kolkata', '1h'],
    ['Asia/Kolkata', '12h'],
  ] as const)('the clock of %s every %s', async (zone, every) => {
    const clock = shown(zone)
    const millis =
      every === 'day' ? 48 * half : Number(/\d+/.exec(every)?.[0]) * (every.endsWith('h') ? 2 * half : 60_000)
    // A window starts at the first moment whose clock reaches its start; after a change, an hour that comes again has its own.
    const starts = new Map<number, number>()
    for (const time of times) {
      const key = Math.floor(clock(time) / millis) * millis
      let start = time - (clock(time) - key)
      if (millis > 2 * half) {
        start = key - 30 * half
        while (clock(start) < key) start += half
      }
      starts.set(start, (starts.get(start) ?? 0) + 1)
    }
    const found = await rowsOf(clocks, windows(gauge, { every, zone, select: { level: ['count'] } }))
    expect(found.map(({ start, count_level }) => [start.toISOString(), Number(count_level)])).toEqual(
      [...starts].map(([start, count]) => [new Date(start).toISOString(), count]),
    )
  })
})
