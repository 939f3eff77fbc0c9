import { pump } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { type Faults, scenarios, simulate, type SimulateOptions } from '../../src/index.js'
import { sensorNames, sensors } from '../../src/sensors.js'
import { type Readings, takeAll } from '../take-all.js'

// The same seed gives the same pump and the same noise, so all that differs from a healthy pump is the fault.
const options = { from: '2026-03-01', days: 2, intervalSeconds: 1, seed: 11 }

function take(faults: Faults, more: Partial<SimulateOptions> = {}) {
  const files = [...simulate(pump, { ...options, ...more, scenario: { name: 'one', faults, delivery: {} } })]
  const readings = takeAll(files)
  const rowAt = (time: string) => {
    const micros = BigInt(Date.parse(time)) * 1000n
    const row = readings.event_timestamp.findIndex((timestamp) => timestamp >= micros)
    return row === -1 ? readings.rowCount : row
  }
  const labels = files
    .flatMap((file) => file.truth().faults)
    .map((label) => ({ ...label, from: rowAt(label.start), to: rowAt(label.end) }))
  return { readings, labels }
}

const healthy = takeAll(simulate(pump, { ...options, scenario: scenarios.healthy }))

/** The rows in which any column differs from the healthy pump's. */
function differing(readings: Readings): number[] {
  const rows: number[] = []
  for (let row = 0; row < readings.rowCount; row++)
    if (sensorNames.some((name) => readings[name][row] !== healthy[name][row])) rows.push(row)
  return rows
}

const spells = { perDay: 12, seconds: [60, 600] } as const
const one: Record<keyof Omit<Faults, 'wornImpeller'>, Faults> = {
  blockedDischarge: { blockedDischarge: spells },
  cavitation: { cavitation: spells },
  dryRun: { dryRun: spells },
  chatter: { chatter: spells },
  stuckSensor: { stuckSensor: spells },
  spikes: { spikes: { perDay: 50 } },
  nan: { nan: { perDay: 50, readings: [1, 9] } },
}

describe.each(Object.entries(one))('%s', (fault, faults) => {
  const { readings, labels } = take(faults)
  // Where the fault has fully come on.
  const cores = labels
    .filter(({ from, to }) => to - from > 40)
    .map(({ from, to, ...label }) => ({ ...label, from: from + 15, to: to - 15 }))
  const rowsOf = (spans: readonly { from: number; to: number }[]) =>
    spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))

  test('is labelled, and changes nothing outside its labels', () => {
    expect(labels.length).toBeGreaterThan(10)
    expect(new Set(labels.map((label) => label.fault))).toEqual(new Set([fault]))
    const within = new Set(rowsOf(labels))
    const changed = differing(readings)
    expect(changed.filter((row) => !within.has(row))).toEqual([])
    // At its very edges a fault may be less than the last digit.
    const known = new Set(changed)
    if (labels[0]!.column === undefined) {
      expect(rowsOf(cores).filter((row) => !known.has(row)).length).toBeLessThan(rowsOf(cores).length / 100)
    }
  })

  test('looks like it does', () => {
    if (fault === 'blockedDischarge') {
      for (const row of rowsOf(cores)) {
        expect(readings.pressure[row]).toBeGreaterThan(150)
        expect(readings.velocity[row]).toBeLessThan(0.5 * healthy.velocity[row]!)
      }
    }
    if (fault === 'cavitation') {
      for (const { from, to } of cores) {
        let lost = 0
        let rough = 0
        for (let row = from; row < to; row++) {
          const curve = 205 * (readings.speed[row]! / 1450) ** 2 - 20 * readings.velocity[row]! ** 2
          lost += 1 - readings.pressure[row]! / curve
          rough += Math.abs(readings.pressure[row]! - readings.pressure[row - 1]!)
        }
        expect(lost / (to - from)).toBeGreaterThan(0.03)
        expect(rough / (to - from)).toBeGreaterThan(0.5)
      }
    }
    if (fault === 'dryRun') {
      for (const row of rowsOf(cores)) {
        expect(readings.pressure[row]).toBeLessThan(10)
        expect(readings.velocity[row]).toBeLessThan(0.02)
        expect(readings.speed[row]! / healthy.speed[row]!).toBeGreaterThan(1.01)
        expect(readings.speed[row]! / healthy.speed[row]!).toBeLessThan(1.03)
      }
    }
    if (fault === 'chatter') {
      for (const { from, to } of cores) {
        let crossings = 0
        for (let row = from + 1; row < to; row++)
          if (readings.pressure[row]! > 150 !== readings.pressure[row - 1]! > 150) crossings += 1
        expect(crossings).toBeGreaterThanOrEqual((3 * (to - from)) / 60)
      }
    }
    if (fault === 'stuckSensor') {
      for (const { column, from, to } of labels) {
        for (const name of sensorNames) {
          const values = readings[name].subarray(from, to)
          if (name === column) expect(new Set(values).size).toBe(1)
          else expect(values).toEqual(healthy[name].subarray(from, to))
        }
      }
    }
    if (fault === 'spikes') {
      for (const { column, from, to } of labels) {
        const name = sensorNames.find((sensor) => sensor === column)!
        expect(to - from).toBe(1)
        const off = readings[name][from]! - healthy[name][from]!
        expect(off).toBeGreaterThan(0.24 * sensors[name].range)
        expect(off).toBeLessThan(0.51 * sensors[name].range)
      }
    }
    if (fault === 'nan') {
      const named = labels.map(({ column, from, to }) => ({ column, count: to - from }))
      for (const name of sensorNames) {
        const expected = named
          .filter(({ column }) => column === name)
          .reduce((sum, { count }) => sum + count, 0)
        expect(readings[name].filter(Number.isNaN).length).toBe(expected)
      }
      for (const { column, from, to } of labels)
        expect(readings[column as 'speed'].subarray(from, to).every(Number.isNaN)).toBe(true)
    }
  })
})

describe('wornImpeller', () => {
  const month = { days: 30, intervalSeconds: 600 }
  const { readings, labels } = take({ wornImpeller: { days: [7, 7], headLoss: 0.1 } }, month)
  const fresh = takeAll(simulate(pump, { ...options, ...month, scenario: scenarios.healthy }))
  const lossAt = (row: number) => 1 - readings.pressure[row]! / fresh.pressure[row]!

  test('is labelled all the time, each day from impeller to impeller', () => {
    expect(labels.every(({ fault }) => fault === 'wornImpeller')).toBe(true)
    expect(labels[0]!.from).toBe(0)
    for (const [i, { end }] of labels.entries())
      expect(labels[i + 1]?.start ?? '2026-03-31T00:00:00.000Z').toBe(end)
    const replaced = labels.map(({ start }) => start).filter((start) => !start.endsWith('T00:00:00.000Z'))
    expect(replaced.length).toBeGreaterThanOrEqual(4)
    for (const [i, start] of replaced.entries()) {
      expect(Number(start.slice(11, 13))).toBeGreaterThanOrEqual(8)
      expect(Number(start.slice(11, 13))).toBeLessThan(16)
      if (i > 0) expect(Date.parse(start) - Date.parse(replaced[i - 1]!)).toBe(7 * 86_400_000)
    }
  })

  test('takes more and more pressure until it is replaced', () => {
    const replaced = labels.filter(({ start }) => !start.endsWith('T00:00:00.000Z')).map(({ from }) => from)
    for (const row of replaced) {
      expect(lossAt(row - 1)).toBeGreaterThan(0.03)
      expect(Math.abs(lossAt(row + 1))).toBeLessThan(0.01)
    }
    const [start, end] = [replaced[0]!, replaced[1]!]
    const quarter = Math.floor((end - start) / 4)
    const means = [0, 1, 2, 3].map((part) => {
      let sum = 0
      for (let i = 0; i < quarter; i++) sum += lossAt(start + part * quarter + i)
      return sum / quarter
    })
    expect([...means].sort((a, b) => a - b)).toEqual(means)
  })

  test('goes on over midnight', () => {
    const midnights = Array.from({ length: 29 }, (_, day) => (day + 1) * 144)
    for (const row of midnights) expect(Math.abs(lossAt(row) - lossAt(row - 1))).toBeLessThan(0.01)
  })
})

test('a healthy pump has no labels, no alarms and no NaN', () => {
  const [file] = simulate(pump, { ...options, days: 1, scenario: scenarios.healthy })
  expect(takeAll([file!]).pressure.every((value) => value > 80 && value < 145)).toBe(true)
  expect(file!.truth()).toMatchObject({
    faults: [],
    alarms: { pressure: { rows: 0, episodes: [] } },
    delivery: { missing: 0, duplicates: 0, outOfOrder: 0, late: 0 },
  })
})
