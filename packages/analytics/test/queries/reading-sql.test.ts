import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pump, quoteLiteral } from '@minilake/schema'
import { afterAll, expect, test } from 'vitest'
import {
  alarmCount,
  alarmRows,
  alarmRule,
  hourlyAverages,
  hourlyStatistics,
  type Query,
  tableSummary,
} from '../../src/index.js'
import { engineWith, machine, rowsOf } from './machines.js'

// NaN > 150 is true in DuckDB and false in Trino, so no built-in query may depend on it.
const engine = engineWith(
  pump,
  'event_timestamp TIMESTAMP, pressure DOUBLE, velocity DOUBLE, speed DOUBLE',
  `('2026-01-01 00:00:00', 'NaN', 1, 1400),
   ('2026-01-01 00:00:01', NULL, 2, 1410),
   ('2026-01-01 00:00:02', 150, 3, NULL),
   ('2026-01-01 00:59:59.999', 152, 'NaN', 1420),
   ('2026-01-01 01:00:00', 'NaN', 1, 1400),
   ('2026-01-01 02:00:00', 'Infinity', 1, 1400),
   ('2026-01-01 02:00:01', 100, 1, 1400),
   ('2026-01-01 03:00:00', '-Infinity', 1, 1400)`,
)
afterAll(() => engine.close())
const all = <R>(query: Query<R>) => rowsOf(engine, query)

test('alarm rows are above the limit: not NaN, NULL, −Infinity or exactly 150', async () => {
  expect(await all(alarmCount(pump))).toEqual([{ rows: 2n }])
  const alarms = await all(alarmRows(pump))
  expect(alarms.map(({ pressure }) => pressure)).toEqual([152, Infinity])
  expect(await all(alarmCount(pump, { rules: [alarmRule(pump, { above: 149.999 })] }))).toEqual([
    { rows: 3n },
  ])
})

test('hourly averages ignore NaN and NULL, and are null in an hour without values', async () => {
  expect(await all(hourlyAverages(pump, ['pressure', 'velocity', 'speed']))).toEqual([
    { hour: new Date('2026-01-01T00:00:00Z'), avg_pressure: 151, avg_velocity: 2, avg_speed: 1410 },
    { hour: new Date('2026-01-01T01:00:00Z'), avg_pressure: null, avg_velocity: 1, avg_speed: 1400 },
    { hour: new Date('2026-01-01T02:00:00Z'), avg_pressure: Infinity, avg_velocity: 1, avg_speed: 1400 },
    { hour: new Date('2026-01-01T03:00:00Z'), avg_pressure: -Infinity, avg_velocity: 1, avg_speed: 1400 },
  ])
})

test('hourly statistics count all rows, and the values of each column', async () => {
  const hours = await all(hourlyStatistics(pump))
  expect(hours.map(({ hour, rows, first, last }) => ({ hour, rows, first, last }))[0]).toEqual({
    hour: new Date('2026-01-01T00:00:00Z'),
    rows: 4n,
    first: new Date('2026-01-01T00:00:00Z'),
    last: new Date('2026-01-01T00:59:59.999Z'),
  })
  expect(
    hours.map(
      ({ count_pressure, nan_pressure, sum_pressure, min_pressure, max_pressure, above_pressure }) => [
        count_pressure,
        nan_pressure,
        sum_pressure,
        min_pressure,
        max_pressure,
        above_pressure,
      ],
    ),
  ).toEqual([
    [2n, 1n, 302, 150, 152, 1n],
    [0n, 1n, null, null, null, 0n],
    [2n, 0n, Infinity, 100, Infinity, 1n],
    [1n, 0n, -Infinity, -Infinity, -Infinity, 0n],
  ])
})

test('NaN is counted in a Parquet file too, although its statistics ignore NaN', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-nan-'))
  try {
    const file = quoteLiteral(join(folder, 'pump.parquet').replaceAll('\\', '/'))
    await engine.execute(`COPY hive.iot_dw.pump TO ${file} (FORMAT parquet)`)
    await engine.execute(`CREATE VIEW hive.iot_dw.pump_file AS SELECT * FROM read_parquet(${file})`)
    const found = await all(hourlyStatistics({ ...pump, name: 'pump_file' }))
    expect(found.map(({ nan_pressure, nan_velocity }) => [nan_pressure, nan_velocity])).toEqual([
      [1n, 1n],
      [1n, 0n],
      [0n, 0n],
      [0n, 0n],
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a range includes its start and excludes its end', async () => {
  const range = { from: new Date('2026-01-01T00:59:59.999Z'), to: new Date('2026-01-01T02:00:00Z') }
  expect((await all(hourlyStatistics(pump, range))).map(({ rows }) => rows)).toEqual([1n, 1n])
  expect(await all(alarmCount(pump, range))).toEqual([{ rows: 1n }])
})

test('a table summary has the rows and the first and last time, null for an empty table', async () => {
  expect(await all(tableSummary(pump))).toEqual([
    { rows: 8n, first: new Date('2026-01-01T00:00:00Z'), last: new Date('2026-01-01T03:00:00Z') },
  ])
  await engine.execute('CREATE TABLE hive.iot_dw.machine (time TIMESTAMP)')
  expect(await all(tableSummary(machine))).toEqual([{ rows: 0n, first: null, last: null }])
})

test('REAL, BIGINT and INTEGER columns have averages and alarms like DOUBLE', async () => {
  const other = engineWith(
    machine,
    'time TIMESTAMP, power DOUBLE, load REAL, starts BIGINT, mode INTEGER, plant VARCHAR, running BOOLEAN',
    `('2026-01-01 00:00:00', 1, 0.5, 9007199254740993, 1, 'a', true),
     ('2026-01-01 00:00:01', 1, 'NaN', 9007199254740993, 2, 'a', true),
     ('2026-01-01 00:00:02', 1, NULL, 9007199254740993, 4, 'b', false)`,
  )
  expect(await rowsOf(other, hourlyAverages(machine, ['load', 'starts', 'mode']))).toEqual([
    { hour: new Date('2026-01-01T00:00:00Z'), avg_load: 0.5, avg_starts: 2 ** 53, avg_mode: 7 / 3 },
  ])
  expect(
    await rowsOf(
      other,
      alarmCount(machine, { rules: [alarmRule(machine, { column: 'load', above: 0.25 })] }),
    ),
  ).toEqual([{ rows: 1n }])
  expect(
    await rowsOf(other, alarmCount(machine, { rules: [alarmRule(machine, { column: 'mode', above: 1 })] })),
  ).toEqual([{ rows: 2n }])
  const [hour] = await rowsOf(other, hourlyStatistics(machine))
  expect(hour).toMatchObject({
    rows: 3n,
    count_load: 1n,
    nan_load: 1n,
    sum_load: 0.5,
    min_load: 0.5,
    max_load: 0.5,
  })
  await other.close()
})
