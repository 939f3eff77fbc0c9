import { type Scenario, scenarios, type Truth, truthPrefix } from '@minilake/generator'
import { type ObjectStore } from '@minilake/ingest'
import { pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const scenario: Scenario = scenarios.nightmare

test('what a simulation did to its readings is found, in numbers and stretch by stretch', async () => {
  const { lake } = await freshLake({ tables: [pumpDaily] })
  const simulation = { from: '2026-01-01', days: 1, intervalSeconds: 10, pumps: 2, scenario }
  await lake.generate(pumpDaily, simulation, { workers: 1 })
  await lake.ingest()
  const truths = await truthsOf(lake.store)
  expect(truths).toHaveLength(2)
  const ranges = { speed: [0, 2000] } as const
  const { counts, findings, interval, unchecked } = await lake.quality(pumpDaily, { ranges })

  const sum = (pump: number, of: (truth: Truth) => number) =>
    truths.filter(({ parameters }) => parameters.pump === pump).reduce((total, truth) => total + of(truth), 0)
  const numbers: string[] = []
  for await (const row of counts) {
    const pump = Number(row.pump_id.slice(-4))
    const { rows, interval_seconds, missing, duplicates, out_of_order, nan, wrong_clock } = row
    expect({ rows, interval_seconds, missing, duplicates, out_of_order, nan, wrong_clock }).toEqual({
      rows: BigInt(sum(pump, ({ rows }) => rows)),
      interval_seconds: 10,
      missing: BigInt(sum(pump, ({ delivery }) => delivery.missing)),
      duplicates: BigInt(sum(pump, ({ delivery }) => delivery.duplicates)),
      out_of_order: BigInt(sum(pump, ({ delivery }) => delivery.outOfOrder)),
      nan: BigInt(
        sum(pump, ({ hours }) =>
          hours
            .flatMap(({ columns }) => Object.values(columns))
            .reduce((total, column) => total + column.nan, 0),
        ),
      ),
      wrong_clock: 0n,
    })
    numbers.push(row.pump_id)
  }
  expect(numbers).toEqual(['pump-0001', 'pump-0002'])
  expect({ interval, unchecked }).toEqual({ interval: 'inferred', unchecked: [] })

  const found = []
  for await (const finding of findings) found.push(finding)
  const faults = truths.flatMap(({ faults, parameters }) =>
    faults.map((fault) => ({ ...fault, pump_id: `pump-${String(parameters.pump).padStart(4, '0')}` })),
  )
  const isLong = ({ start, end }: { start: string; end: string }) =>
    Date.parse(end) - Date.parse(start) > 300_000
  const stuck = faults.filter((fault) => fault.fault === 'stuckSensor' && isLong(fault))
  expect(stuck.length).toBeGreaterThan(3)
  for (const { pump_id, column, start, end } of stuck)
    expect(
      found.some(
        (one) =>
          one.check === 'stuck' &&
          one.pump_id === pump_id &&
          one.column === column &&
          one.start! < new Date(end) &&
          one.end! > new Date(start),
      ),
    ).toBe(true)
  const spikes = new Set(
    faults.flatMap(({ fault, column, pump_id, start }) =>
      fault === 'spikes' && column === 'speed' ? [`${pump_id} ${start}`] : [],
    ),
  )
  const far = found.filter(({ check }) => check === 'out_of_range')
  expect(far.length).toBeGreaterThan(0.9 * spikes.size)
  for (const { pump_id, column, start } of far)
    expect({ column, isSpike: spikes.has(`${pump_id} ${start!.toISOString()}`) }).toEqual({
      column: 'speed',
      isSpike: true,
    })
})

test('the definition states the interval; what is not checked is said', async () => {
  const everySecond = { ...turbine, intervalSeconds: 1 }
  const { lake } = await freshLake({ tables: [everySecond] })
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  await lake.write(
    everySecond,
    [0, 3].map((second) => ({ event_timestamp: at(second), turbine_id: 'a', power: second, starts: null })),
  )
  const { counts, interval, unchecked } = await lake.quality(everySecond)
  const rows = []
  for await (const row of counts) rows.push(row)
  expect(rows).toMatchObject([
    {
      turbine_id: 'a',
      rows: 2n,
      interval_seconds: 1,
      gaps: 1n,
      missing: 2n,
      out_of_order: 0n,
      out_of_range: null,
    },
  ])
  expect(interval).toBe('definition')
  expect(unchecked).toEqual([{ check: 'out_of_range', reason: 'no column has a range' }])
})

test('wrong options reject with one sentence', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  // @ts-expect-error no such column
  await expect(lake.quality(turbine, { by: ['pump_id'] })).rejects.toThrow(
    new TypeError('table turbine expected columns that identify its sources, got pump_id (no such column)'),
  )
  await expect(lake.quality(turbine, { intervalSeconds: 0 })).rejects.toThrow(RangeError)
  await expect(lake.quality(turbine, { stuck: { readings: 1 } })).rejects.toThrow(
    'expected at least 2 readings, or seconds above 0, got 1',
  )
  await expect(lake.quality(turbine, { years: [2100, 1990] })).rejects.toThrow('a first and a last year')
  await expect(lake.quality(turbine, { ranges: { power: [5, 5] } })).rejects.toThrow(
    '`ranges` expected a least and a greater number for power, got 5, 5',
  )
})

async function truthsOf(store: ObjectStore): Promise<Truth[]> {
  const truths: Truth[] = []
  for await (const { key } of store.list(truthPrefix))
    truths.push(JSON.parse(new TextDecoder().decode(await store.read(key))) as Truth)
  return truths
}
