import { pump } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Delivery, scenarios, simulate } from '../src/index.js'
import { takeAll } from './take-all.js'

const from = '2026-03-01'

function take(delivery: Delivery, { intervalSeconds = 1, seed = 5 } = {}) {
  const scenario = { name: 'test', faults: {}, delivery }
  const [file] = simulate(pump, { from, days: 1, intervalSeconds, seed, scenario })
  const readings = takeAll([file!])
  return { readings, truth: file!.truth() }
}

/** The counts by their definitions, over the rows in file order. */
function naive(times: BigInt64Array, gridRows: number) {
  const seen = new Set<bigint>()
  let newest = -(2n ** 63n)
  let [duplicates, outOfOrder, late] = [0, 0, 0]
  for (const time of times) {
    if (seen.has(time)) duplicates += 1
    seen.add(time)
    if (time < newest) outOfOrder += 1
    if (newest - time >= 60_000_000n) late += 1
    if (time > newest) newest = time
  }
  return { missing: gridRows - seen.size, duplicates, outOfOrder, late }
}

const cases: [string, Delivery, Partial<Record<keyof Delivery, number>>][] = [
  ['nothing', {}, {}],
  ['missing', { missing: 0.1 }, { missing: 8640 }],
  // When a parcel of ten arrives again, nine of its rows come after its tenth row.
  ['duplicates', { duplicates: 0.1 }, { duplicates: 8640, outOfOrder: 0.9 * 8640 }],
  // Where two parcels in a row are held back, the first of them is in order again. That happens to one in ten.
  ['outOfOrder', { outOfOrder: 0.1 }, { outOfOrder: 0.9 * 8640 }],
  ['late', { late: 0.1 }, { outOfOrder: 8640, late: 8640 }],
]

describe.each(cases)('%s', (_, delivery, expected) => {
  const { readings, truth } = take(delivery)

  test('truth counts what is in the file', () => {
    expect(truth.delivery).toEqual(naive(readings.event_timestamp, 86_400))
    expect(truth.rows).toBe(readings.rowCount)
    expect(truth.rows).toBe(86_400 - truth.delivery.missing + truth.delivery.duplicates)
  })

  test('occurs at its rate, without any other fault', () => {
    for (const [name, count] of Object.entries(truth.delivery)) {
      const rows = expected[name as keyof Delivery] ?? 0
      expect(count).toBeGreaterThanOrEqual(rows * 0.85)
      expect(count).toBeLessThanOrEqual(rows * 1.15)
    }
  })
})

test('every row is a complete reading of the pump, wherever it is', () => {
  const { readings: grid } = take({})
  const { readings } = take({ missing: 0.05, duplicates: 0.05, outOfOrder: 0.2, late: 0.1 })
  const start = grid.event_timestamp[0]!
  for (let i = 0; i < readings.rowCount; i++) {
    const row = Number((readings.event_timestamp[i]! - start) / 1_000_000n)
    if (
      readings.pressure[i] !== grid.pressure[row] ||
      readings.velocity[i] !== grid.velocity[row] ||
      readings.speed[i] !== grid.speed[row]
    )
      expect.fail(`row ${i} is no reading of the pump`)
  }
})

test('late readings arrive within five minutes and a parcel, and all are on time within two minutes of midnight', () => {
  const { readings } = take({ missing: 0.2, duplicates: 0.2, outOfOrder: 0.2, late: 0.2 })
  const times = readings.event_timestamp
  const start = times[0]!
  let newest = start
  for (const time of times) {
    expect(newest - time <= 310_000_000n).toBe(true)
    if (time > newest) newest = time
  }
  const untouched = (seconds: bigint[]) => seconds.map((second) => start + second * 1_000_000n)
  const seconds = Array.from({ length: 120 }, (_, second) => BigInt(second))
  expect([...times.subarray(0, 120)]).toEqual(untouched(seconds))
  expect([...times.subarray(-120)]).toEqual(untouched(seconds.map((second) => second + 86_280n)))
})

test('counts match the rows at any interval and any rates', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.5, 1, 7.5, 60, 675, 3600, 86_400),
      fc.integer({ min: 0, max: 1000 }),
      fc.array(fc.constantFrom(0, 0.01, 0.1, 0.25), { minLength: 4, maxLength: 4 }),
      (intervalSeconds, seed, [missing, duplicates, outOfOrder, late]) => {
        const delivery = { missing, duplicates, outOfOrder, late } as Delivery
        const { readings, truth } = take(delivery, { intervalSeconds, seed })
        expect(truth.delivery).toEqual(naive(readings.event_timestamp, 86_400 / intervalSeconds))
        expect(truth.rows).toBe(readings.rowCount)
      },
    ),
    { numRuns: 40 },
  )
})

test('at a rate of 1 every reading is missing, except near midnight', () => {
  const { readings, truth } = take({ missing: 1 })
  expect(readings.rowCount).toBe(240)
  expect(truth.delivery).toEqual({ missing: 86_160, duplicates: 0, outOfOrder: 0, late: 0 })
  expect(truth.hours.map(({ rows }) => rows)).toEqual([120, 120])
})

test('the order of rows does not change alarm episodes, since alarms are judged in order of event time', () => {
  const episodes = (delivery: Delivery) => {
    const scenario = { name: 'test', faults: scenarios.default.faults, delivery }
    const files = [...simulate(pump, { from, days: 3, scenario })]
    takeAll(files)
    return files.flatMap((file) => file.truth().alarms.pressure!.episodes)
  }
  const inOrder = episodes({})
  expect(inOrder.length).toBeGreaterThan(3)
  expect(episodes({ duplicates: 0.1, outOfOrder: 0.2, late: 0.2 })).toEqual(inOrder)
})
