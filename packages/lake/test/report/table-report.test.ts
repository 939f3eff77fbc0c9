import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const at = (time: string) => new Date(`2026-01-0${time}Z`)
const rows = [
  { event_timestamp: at('1T10:00:00'), turbine_id: 'a', power: 2900, starts: 7n },
  { event_timestamp: at('1T10:00:00.500'), turbine_id: 'a', power: 3100, starts: null },
  { event_timestamp: at('1T10:05:00'), turbine_id: 'a', power: 2000, starts: null },
  { event_timestamp: at('2T00:30:00'), turbine_id: 'b', power: 3200, starts: 8n },
]

test('a report has windows, sources, alarms, files by day and the SQL of its numbers', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const report = await lake.report(turbine)
  expect(report).toMatchObject({
    table: 'turbine',
    location: lake.store.location,
    engine: 'DuckDB',
    rows: 4n,
    first: at('1T10:00:00'),
    last: at('2T00:30:00'),
    every: '5m',
    hasMoreSources: false,
    alarmCount: 2,
  })
  expect(report.columns).toEqual([
    {
      name: 'power',
      limits: [3000],
      windows: [
        { start: at('1T10:00:00'), avg: 3000, min: 2900, max: 3100 },
        { start: at('1T10:05:00'), avg: 2000, min: 2000, max: 2000 },
        { start: at('2T00:30:00'), avg: 3200, min: 3200, max: 3200 },
      ],
    },
    {
      name: 'starts',
      limits: [],
      windows: [
        { start: at('1T10:00:00'), avg: 7, min: 7, max: 7 },
        { start: at('1T10:05:00'), avg: null, min: null, max: null },
        { start: at('2T00:30:00'), avg: 8, min: 8, max: 8 },
      ],
    },
  ])
  expect(report.sources).toEqual([
    { name: 'a', windows: [{ start: at('1T10:00:00'), avg: 8000 / 3, min: 2000, max: 3100 }] },
    { name: 'b', windows: [{ start: at('2T00:30:00'), avg: 3200, min: 3200, max: 3200 }] },
  ])
  expect(report.alarms).toEqual([
    {
      rule: 'power_high',
      severity: 'low',
      column: 'power',
      source: 'a',
      start: at('1T10:00:00.500'),
      end: at('1T10:05:00'),
      peak: 3100,
    },
    {
      rule: 'power_high',
      severity: 'low',
      column: 'power',
      source: 'b',
      start: at('2T00:30:00'),
      end: null,
      peak: 3200,
    },
  ])
  expect(report.days).toMatchObject([
    { day: '2026-01-01', files: 1 },
    { day: '2026-01-02', files: 1 },
  ])
  for (const { sql } of report.statements) {
    for await (const row of lake.query(sql)) expect(row).toBeDefined()
  }
  expect(report.statements).toHaveLength(4)
})

test('a report has the alarms of all rules in order, and their limits', async () => {
  const watched = defineTable({
    ...turbine,
    columns: {
      ...turbine.columns,
      power: { ...turbine.columns.power, alarms: [{ below: 2500, severity: 'high' }] },
      starts: { ...turbine.columns.starts, alarms: [{ above: 7, name: 'many_starts' }] },
    },
  })
  const { lake } = await freshLake({ tables: [watched] })
  await lake.write(watched, rows)
  const { columns, alarms, alarmCount } = await lake.report(watched)
  expect(columns.map(({ limits }) => limits)).toEqual([[3000, 2500], [7]])
  expect(alarmCount).toBe(4)
  expect(alarms.map(({ rule, severity, column, source }) => [rule, severity, column, source])).toEqual([
    ['power_high', 'low', 'power', 'a'],
    ['power_low', 'high', 'power', 'a'],
    ['many_starts', 'low', 'starts', 'b'],
    ['power_high', 'low', 'power', 'b'],
  ])
})

test('a report of a range has its readings and its days only', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const report = await lake.report(turbine, { from: at('1T10:05:00'), to: at('2T00:00:00') })
  expect(report).toMatchObject({ rows: 1n, first: at('1T10:05:00'), alarmCount: 0, every: '1s' })
  expect(report.days.map(({ day }) => day)).toEqual(['2026-01-01'])
})

test('an empty table, and one without times, have a report without charts', async () => {
  const plain = defineTable({
    name: 'plain',
    columns: { note: { type: 'varchar' }, size: { type: 'integer' } },
  })
  const { lake } = await freshLake({ tables: [turbine, plain] })
  const nothing = { columns: [], sources: [], alarms: [], days: [] }
  expect(await lake.report(turbine)).toMatchObject({ rows: 0n, first: null, ...nothing })
  await lake.write(plain, [{ note: 'a', size: 1 }])
  expect(await lake.report(plain)).toMatchObject({
    ...nothing,
    rows: 1n,
    days: [{ day: '', files: 1 }],
  })
  await expect(lake.report(plain, { from: at('1T00:00:00') })).rejects.toThrow(TypeError)
})

test('the first 200 sources are in a report', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const ids = Array.from({ length: 201 }, (_, index) => `t${String(index).padStart(3, '0')}`)
  await lake.write(
    turbine,
    ids.map((turbine_id) => ({ event_timestamp: at('1T10:00:00'), turbine_id, power: 1, starts: 1n })),
  )
  const all = await lake.report(turbine)
  expect(all.sources.map(({ name }) => name)).toEqual(ids.slice(0, 200))
  expect(all.hasMoreSources).toBe(true)
})
