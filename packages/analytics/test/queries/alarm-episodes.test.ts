import { pump, pumpDaily } from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import {
  type AlarmEpisode,
  alarmEpisodes,
  type AlarmEpisodesOptions,
  alarmRule,
  type AlarmRuleOptions,
  type Episode,
  type Query,
} from '../../src/index.js'
import { expectedEpisodes, fleetReadings, tank, tankRules, tankValues } from './episode-readings.js'
import { engineWith, machine, rowsOf } from './machines.js'

const start = Date.parse('2026-01-01T00:00:00Z')
const noDelays = { onDelaySeconds: 0, offDelaySeconds: 0 }
const engine = engineWith(
  tank,
  'time TIMESTAMP, level DOUBLE, tank VARCHAR',
  "(TIMESTAMP '2026-01-01', 0, 'a')",
)
afterAll(() => engine.close())

type Options = AlarmRuleOptions<typeof tank> &
  Pick<AlarmEpisodesOptions<typeof tank, never>, 'from' | 'to' | 'eachDay'>

async function fill(readings: Parameters<typeof tankValues>[0]) {
  await engine.execute('DELETE FROM hive.iot_dw.tank_levels')
  if (readings.length > 0) {
    await engine.execute(`INSERT INTO hive.iot_dw.tank_levels VALUES ${tankValues(readings)}`)
  }
}

async function episodesOf(
  readings: Parameters<typeof tankValues>[0],
  { from, to, eachDay = false, ...rule }: Options = {},
) {
  await fill(readings)
  const range = { ...(from && { from }), ...(to && { to }) }
  const query = alarmEpisodes(tank, { rules: [alarmRule(tank, rule)], eachDay, ...range })
  return (await rowsOf(engine, query)).map(({ tank, start, end, peak }) => ({
    tank,
    start: start.getTime(),
    end: end && end.getTime(),
    peak,
  }))
}

/** The episodes of one tank as [start, end, peak], with times in seconds. Levels are a second apart, or have times in seconds. */
async function episodesOfLevels(
  levels: readonly (number | null | readonly [seconds: number, level: number | null])[],
  options: Options = {},
) {
  const readings = levels.map((level, index) => {
    const [seconds, value] = Array.isArray(level)
      ? (level as [number, number | null])
      : [index, level as number]
    return { time: start + seconds * 1000, level: value, tank: 'a' }
  })
  const seconds = (time: number) => (time - start) / 1000
  return (await episodesOf(readings, options)).map(({ start, end, peak }) => [
    seconds(start),
    end === null ? null : seconds(end),
    peak,
  ])
}

describe('an episode', () => {
  test('starts above the limit, not at it', async () => {
    expect(await episodesOfLevels([150, 150, 100], noDelays)).toEqual([])
    expect(await episodesOfLevels([150, 150.01, 100], noDelays)).toEqual([[1, 2, 150.01]])
  })

  test('ends at the limit minus the deadband, not above it', async () => {
    expect(await episodesOfLevels([160, 147.01, 149, 160, 147, 149], noDelays)).toEqual([[0, 4, 160]])
  })

  test('subtracts the deadband in doubles, as every other program does', async () => {
    const options = { above: 0.3, deadband: 0.1, ...noDelays }
    expect(await episodesOfLevels([0.4, 0.2], options)).toEqual([[0, null, 0.4]])
    expect(await episodesOfLevels([0.4, 0.3 - 0.1], options)).toEqual([[0, 1, 0.4]])
    expect(alarmEpisodes(tank, { rules: [alarmRule(tank, options)] }).sql).toContain(
      '"the reading" <= 0.19999999999999998E0',
    )
  })

  test('is open if the readings end within it', async () => {
    expect(await episodesOfLevels([100, 160, 170, 148], noDelays)).toEqual([[1, null, 170]])
  })

  test('needs the full on-delay from the first to the last reading of a run', async () => {
    const run = (lastSeconds: number) => [100, [1, 160], [lastSeconds, 155], [100, 100], [200, 100]] as const
    expect(await episodesOfLevels(run(15.999))).toEqual([])
    expect(await episodesOfLevels(run(16))).toEqual([[1, 100, 160]])
  })

  test('ends after the off-delay, also at the end of the readings', async () => {
    const run = (lastSeconds: number) =>
      [
        [0, 160],
        [20, 160],
        [30, 100],
        [lastSeconds, 100],
      ] as const
    expect(await episodesOfLevels(run(39.999))).toEqual([[0, null, 160]])
    expect(await episodesOfLevels(run(40))).toEqual([[0, 30, 160]])
  })

  test('continues over a dip shorter than the off-delay, and may peak after it', async () => {
    const levels = [
      [0, 160],
      [20, 160],
      [21, 100],
      [30.999, 100],
      [31, 170],
      [32, 100],
      [50, 100],
    ] as const
    expect(await episodesOfLevels(levels)).toEqual([[0, 32, 170]])
  })

  test('does not include a short run above the limit after its end, however high', async () => {
    const levels = [
      [0, 160],
      [20, 160],
      [21, 100],
      [40, 100],
      [41, 999],
      [42, 100],
      [60, 100],
    ] as const
    expect(await episodesOfLevels(levels)).toEqual([[0, 21, 160]])
  })

  test('does not change with NaN, NULL, gaps and readings in the deadband, which prolong the current run', async () => {
    expect(
      await episodesOfLevels([
        [0, NaN],
        [1, 160],
        [2, NaN],
        [9, null],
        [16, 148],
        [17, 100],
        [5000, NaN],
      ]),
    ).toEqual([[1, 17, 160]])
    expect(
      await episodesOfLevels([
        [0, 160],
        [1, NaN],
        [14.999, NaN],
        [20, 100],
        [30, 100],
      ]),
    ).toEqual([])
  })

  test('measures fractions of a second', async () => {
    const options = { onDelaySeconds: 0.5, offDelaySeconds: 0.25 }
    const levels = [
      [0, 160],
      [0.499, 160],
      [1, 100],
      [2, 160],
      [2.5, 160],
      [3, 100],
      [3.249, 1],
      [4, 160],
    ] as const
    expect(await episodesOfLevels(levels, options)).toEqual([[2, null, 160]])
    expect(await episodesOfLevels([...levels.slice(0, -1), [3.25, 1]], options)).toEqual([[2, 3, 160]])
  })

  test('orders readings of the same moment from least to greatest, whatever their order in the file', async () => {
    const levels = [
      [0, 160],
      [1, 170],
      [1, 100],
      [2, 100],
    ] as const
    for (const order of [levels, levels.toReversed()]) {
      expect(await episodesOfLevels(order, noDelays)).toEqual([
        [0, 1, 160],
        [1, 2, 170],
      ])
    }
  })

  test('can have an infinite peak', async () => {
    expect(await episodesOfLevels([Infinity, -Infinity], noDelays)).toEqual([[0, 1, Infinity]])
  })
})

test('SQL and the letter of the rules find the same episodes in any readings, per tank and per day', async () => {
  let [episodes, closed] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fleetReadings, tankRules, fc.boolean(), async (readings, rules, eachDay) => {
      const expected = expectedEpisodes(readings, rules, { eachDay })
      await fill(readings)
      expect(await rowsOf(engine, alarmEpisodes(tank, { rules, eachDay }))).toEqual(expected)
      episodes += expected.length
      closed += expected.filter(({ end }) => end !== null).length
    }),
    { numRuns: 30 },
  )
  // Readings without episodes would match anything.
  expect(episodes).toBeGreaterThan(300)
  expect(closed).toBeGreaterThan(100)
})

test('with eachDay, an episode is open at midnight, and the next day starts without one', async () => {
  const midnight = Date.parse('2026-01-02T00:00:00Z')
  const readings = [-30, -10, 0, 20, 30, 60].map((seconds, index) => ({
    time: midnight + seconds * 1000,
    level: [160, 161, 162, 170, 100, 100][index]!,
    tank: 'a',
  }))
  const at = (seconds: number) => midnight + seconds * 1000
  expect(await episodesOf(readings)).toEqual([{ tank: 'a', start: at(-30), end: at(30), peak: 170 }])
  expect(await episodesOf(readings, { eachDay: true })).toEqual([
    { tank: 'a', start: at(-30), end: null, peak: 161 },
    { tank: 'a', start: at(0), end: at(30), peak: 170 },
  ])
})

test('readings outside the range have no effect', async () => {
  const options = { ...noDelays, from: new Date(start + 2000), to: new Date(start + 4000) }
  expect(await episodesOfLevels([160, 160, 160, 170, 100], options)).toEqual([[2, null, 170]])
})

test('the option by determines the sources', async () => {
  const readings = ['a', 'b', null].flatMap((tank, index) =>
    [160, 100].map((level, second) => ({ time: start + second * 1000, level: level + index, tank })),
  )
  const of = { start, end: start + 1000 }
  expect(await episodesOf(readings, noDelays)).toEqual([
    { tank: 'a', ...of, peak: 160 },
    { tank: 'b', ...of, peak: 161 },
    { tank: null, ...of, peak: 162 },
  ])
  expect(await rowsOf(engine, alarmEpisodes(tank, { rules: [alarmRule(tank, noDelays)], by: [] }))).toEqual([
    {
      ...{ rule: 'level_high', severity: 'low', rows: 3n },
      ...{ start: new Date(start), end: new Date(start + 1000), seconds: 1, peak: 162 },
    },
  ])
})

describe('alarmEpisodes', () => {
  test('is exactly this SQL', () => {
    const rules = [alarmRule(pumpDaily, { offDelaySeconds: 0.5 })]
    expect(alarmEpisodes(pumpDaily, { rules, from: new Date(start), eachDay: true }).sql)
      .toMatchInlineSnapshot(`
        "SELECT "pump_id", CAST('pressure_high' AS VARCHAR) AS "rule", CAST('low' AS VARCHAR) AS "severity", "start", "end", date_diff('millisecond', "start", "end") / 1000E0 AS "seconds", "peak", "rows"
        FROM (
          WITH "hours" AS (
            SELECT
              "pump_id", "reading hour",
              min("reading time") AS "first time",
              max("reading time") AS "last time",
              min(CASE WHEN "the reading" > 150 THEN "reading time" END) AS "first over",
              min(CASE WHEN "the reading" <= 147 THEN "reading time" END) AS "first under"
            FROM (
              SELECT
                "pump_id",
                "event_timestamp" AS "reading time",
                date_trunc('hour', "event_timestamp") AS "reading hour",
                date_trunc('day', "event_timestamp") AS "utc day",
                CASE WHEN abs("pressure") <= CAST('Infinity' AS DOUBLE) THEN "pressure" END AS "the reading"
              FROM "hive"."iot_dw"."pump_daily"
              WHERE "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
                AND "event_date" >= '2026-01-01'
            ) AS "readings"
            GROUP BY "pump_id", "reading hour"
            HAVING count(*) > 0
          ),
          "telling readings" AS (
            SELECT "readings".*
            FROM (
              SELECT
                "pump_id",
                "event_timestamp" AS "reading time",
                date_trunc('hour', "event_timestamp") AS "reading hour",
                date_trunc('day', "event_timestamp") AS "utc day",
                CASE WHEN abs("pressure") <= CAST('Infinity' AS DOUBLE) THEN "pressure" END AS "the reading"
              FROM "hive"."iot_dw"."pump_daily"
              WHERE "event_timestamp" >= TIMESTAMP '2026-01-01 00:00:00.000'
                AND "event_date" >= '2026-01-01'
            ) AS "readings"
            INNER JOIN "hours" ON "readings"."reading hour" = "hours"."reading hour"
              AND coalesce(CAST("readings"."pump_id" AS VARCHAR), '') = coalesce(CAST("hours"."pump_id" AS VARCHAR), '')
              AND "readings"."pump_id" IS NOT DISTINCT FROM "hours"."pump_id"
            WHERE "first over" IS NOT NULL OR "first under" > "first time"
              OR "reading time" = "first time" OR "reading time" = "last time"
          ),
          "readings in order" AS (
            SELECT *,
              lag("reading time") OVER "by time" AS "time before",
              lead("reading time") OVER "by time" IS NULL AS "is last",
              coalesce(
                max(CASE WHEN "the reading" > 150 THEN "reading time" END) OVER "before"
                  >= max(CASE WHEN "the reading" <= 147 THEN "reading time" END) OVER "before",
                max(CASE WHEN "the reading" > 150 THEN "reading time" END) OVER "before" IS NOT NULL
              ) AS "was over"
            FROM "telling readings"
            WINDOW
              "by time" AS (PARTITION BY "pump_id", "utc day" ORDER BY "reading time", "the reading"),
              "before" AS (PARTITION BY "pump_id", "utc day" ORDER BY "reading time", "the reading" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
          ),
          "numbered readings" AS (
            SELECT *, count(CASE WHEN ("the reading" > 150 AND NOT "was over") OR ("the reading" <= 147 AND "was over") THEN 1 END) OVER (PARTITION BY "pump_id", "utc day" ORDER BY "reading time", "the reading") AS "the run"
            FROM "readings in order"
            WHERE "the reading" > 150 OR ("the reading" <= 147 AND "was over") OR "is last"
          ),
          "runs" AS (
            SELECT
              "pump_id", "utc day", "the run",
              min("reading time") AS "run start",
              max("the reading") AS "run peak",
              count(CASE WHEN "the reading" > 150 THEN 1 END) AS "run rows",
              coalesce(lead(min("time before")) OVER (PARTITION BY "pump_id", "utc day" ORDER BY "the run"), max("reading time")) - min("reading time")
                >= CASE WHEN "the run" % 2 = 1 THEN INTERVAL '15' SECOND ELSE INTERVAL '0.5' SECOND END AS "is long enough"
            FROM "numbered readings"
            WHERE "the run" > 0
            GROUP BY "pump_id", "utc day", "the run"
          ),
          "runs in order" AS (
            SELECT *,
              coalesce(
                max(CASE WHEN "the run" % 2 = 1 AND "is long enough" THEN "the run" END) OVER "before"
                  >= max(CASE WHEN "the run" % 2 = 0 AND "is long enough" THEN "the run" END) OVER "before",
                max(CASE WHEN "the run" % 2 = 1 AND "is long enough" THEN "the run" END) OVER "before" IS NOT NULL
              ) AS "was alarm"
            FROM "runs"
            WINDOW "before" AS (PARTITION BY "pump_id", "utc day" ORDER BY "the run" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
          ),
          "numbered runs" AS (
            SELECT *, count(CASE WHEN ("the run" % 2 = 1 AND "is long enough" AND NOT "was alarm") OR ("the run" % 2 = 0 AND "is long enough" AND "was alarm") THEN 1 END) OVER (PARTITION BY "pump_id", "utc day" ORDER BY "the run") AS "the phase"
            FROM "runs in order"
          ),
          "phases" AS (
            SELECT
              "pump_id", "utc day", "the phase",
              min("run start") AS "start",
              lead(min("run start")) OVER (PARTITION BY "pump_id", "utc day" ORDER BY "the phase") AS "end",
              max("run peak") AS "peak",
              CAST(sum("run rows") AS BIGINT) AS "rows"
            FROM "numbered runs"
            WHERE "the phase" > 0
            GROUP BY "pump_id", "utc day", "the phase"
          )
          SELECT "pump_id", "start", "end", "peak", "rows"
          FROM "phases"
          WHERE "the phase" % 2 = 1
        ) AS "episodes"
        ORDER BY "start", "pump_id", "rule""
      `)
  })

  test('has no PARTITION BY on a table with one source', () => {
    expect(alarmEpisodes(pump).sql).not.toContain('PARTITION BY')
  })

  test('compares other numbers as DOUBLE', () => {
    const rules = [alarmRule(machine, { column: 'starts', above: 12.5 })]
    const { sql } = alarmEpisodes(machine, { rules, by: ['mode', 'mode'] })
    expect(sql).toContain('CAST("starts" AS DOUBLE) AS "the reading"')
    expect(sql).toContain('SELECT "mode", "start", "end", "peak", "rows"')
  })

  test('types its rows by the columns that identify sources', () => {
    const fleet = alarmEpisodes(pumpDaily)
    expectTypeOf(fleet).toEqualTypeOf<Query<{ pump_id: string } & Episode>>()
    expectTypeOf(alarmEpisodes(tank)).toEqualTypeOf<Query<{ tank: string | null } & Episode>>()
    expectTypeOf(alarmEpisodes(machine, { by: ['mode'] })).toEqualTypeOf<Query<{ mode: number } & Episode>>()
    expectTypeOf(alarmEpisodes(pump)).toEqualTypeOf<Query<AlarmEpisode<typeof pump, never>>>()
    expectTypeOf<keyof AlarmEpisode<typeof pump, never>>().toEqualTypeOf<keyof Episode>()
    expect(Object.entries(fleet.columns!).map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'pump_id varchar',
      'rule varchar',
      'severity varchar',
      'start timestamp',
      'end timestamp',
      'seconds double',
      'peak double',
      'rows bigint',
    ])
  })

  test.each<[keyof AlarmRuleOptions<typeof pump>, number, string]>([
    ['deadband', -1, 'a number of 0 or more, got -1'],
    ['deadband', NaN, 'a number of 0 or more, got NaN'],
    ['onDelaySeconds', -0.1, 'seconds from 0 to 2147483647, got -0.1'],
    ['onDelaySeconds', Infinity, 'seconds from 0 to 2147483647, got Infinity'],
    ['offDelaySeconds', NaN, 'seconds from 0 to 2147483647, got NaN'],
    ['offDelaySeconds', 2 ** 31, 'seconds from 0 to 2147483647, got 2147483648'],
    ['above', -Infinity, 'a finite number, got -Infinity'],
  ])('refuses %s of %d', (name, value, reason) => {
    expect(() => alarmRule(pump, { [name]: value })).toThrow(
      new RangeError(`table pump: alarm pressure_high: ${name} expected ${reason}`),
    )
  })

  test('refuses columns that are missing, not numeric, or named like result columns', () => {
    // @ts-expect-error no such column
    expect(() => alarmEpisodes(pump, { by: ['pump_id'] })).toThrow(
      new TypeError('table pump expected columns that identify its sources, got pump_id (no such column)'),
    )
    // @ts-expect-error a text has no limit
    expect(() => alarmRule(machine, { column: 'plant', above: 1 })).toThrow(
      new TypeError('table machine expected a numeric column, got plant (varchar)'),
    )
    const columns = { ...machine.columns, end: { type: 'varchar' } } as const
    expect(() => alarmEpisodes({ name: 'line', columns })).toThrow(
      new TypeError(
        'table line expected columns that identify its sources, got end (the result already has a column of that name)',
      ),
    )
  })
})
