import { describe, expect, test } from 'vitest'
import type { Faults } from '../../src/index.js'
import { sensorNames, sensors } from '../../src/sensors.js'
import { expectLabelled, healthy, spells, takeFaults } from './take-faults.js'

const one = {
  stuckSensor: { stuckSensor: spells },
  spikes: { spikes: { perDay: 50 } },
  nan: { nan: { perDay: 50, readings: [1, 9] } },
} satisfies Record<string, Faults>

test.each(Object.entries(one))(
  '%s is labelled, and changes no reading outside its labels',
  (fault, faults) => {
    const { readings, labels } = takeFaults(faults)
    expectLabelled(fault, readings, labels)
  },
)

test('a stuck sensor repeats one value, and the other sensors keep their readings', () => {
  const { readings, labels } = takeFaults(one.stuckSensor)
  for (const { column, from, to } of labels) {
    for (const name of sensorNames) {
      const values = readings[name].subarray(from, to)
      if (name === column) expect(new Set(values).size).toBe(1)
      else expect(values).toEqual(healthy[name].subarray(from, to))
    }
  }
})

test('a spike is one reading, off by a quarter to a half of the full scale', () => {
  const { readings, labels } = takeFaults(one.spikes)
  for (const { column, from, to } of labels) {
    const name = sensorNames.find((sensor) => sensor === column)!
    expect(to - from).toBe(1)
    const off = readings[name][from]! - healthy[name][from]!
    expect(off).toBeGreaterThan(0.24 * sensors[name].range)
    expect(off).toBeLessThan(0.51 * sensors[name].range)
  }
})

describe('nan', () => {
  const { readings, labels } = takeFaults(one.nan)

  test.each(sensorNames)('%s is NaN in all rows of its labels, and in no others', (name) => {
    const own = labels.filter(({ column }) => column === name)
    const rows = own.reduce((sum, { from, to }) => sum + to - from, 0)
    expect(readings[name].filter(Number.isNaN).length).toBe(rows)
    for (const { from, to } of own) expect(readings[name].subarray(from, to).every(Number.isNaN)).toBe(true)
  })
})
