import { describe, expect, test } from 'vitest'
import type { PumpFaultName } from '../../src/faults/fault.js'
import { keysOf } from '../../src/keys-of.js'
import type { Readings } from '../take-all.js'
import {
  expectLabelled,
  healthy,
  type Label,
  rowsOf,
  rowsUnlikeHealthy,
  spells,
  takeFaults,
} from './take-faults.js'

/** The effect of each fault while it is fully developed. */
const effects: Record<PumpFaultName, (readings: Readings, cores: readonly Label[]) => void> = {
  blockedDischarge: (readings, cores) => {
    for (const row of rowsOf(cores)) {
      expect(readings.pressure[row]).toBeGreaterThan(150)
      expect(readings.velocity[row]).toBeLessThan(0.5 * healthy.velocity[row]!)
    }
  },
  cavitation: (readings, cores) => {
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
  },
  dryRun: (readings, cores) => {
    for (const row of rowsOf(cores)) {
      expect(readings.pressure[row]).toBeLessThan(10)
      expect(readings.velocity[row]).toBeLessThan(0.02)
      expect(readings.speed[row]! / healthy.speed[row]!).toBeGreaterThan(1.01)
      expect(readings.speed[row]! / healthy.speed[row]!).toBeLessThan(1.03)
    }
  },
  chatter: (readings, cores) => {
    for (const { from, to } of cores) {
      let crossings = 0
      for (let row = from + 1; row < to; row++)
        if (readings.pressure[row]! > 150 !== readings.pressure[row - 1]! > 150) crossings += 1
      expect(crossings).toBeGreaterThanOrEqual((3 * (to - from)) / 60)
    }
  },
}

describe.each(keysOf(effects))('%s', (fault) => {
  const { readings, labels } = takeFaults({ [fault]: spells })
  // The parts of the faults in which they are fully developed.
  const cores = labels
    .filter(({ from, to }) => to - from > 40)
    .map((label) => ({ ...label, from: label.from + 15, to: label.to - 15 }))

  test('is labelled, and changes no reading outside its labels', () => {
    expectLabelled(fault, readings, labels)
    const changed = new Set(rowsUnlikeHealthy(readings))
    // In a few rows the effect may round away.
    const unchanged = rowsOf(cores).filter((row) => !changed.has(row))
    expect(unchanged.length).toBeLessThan(rowsOf(cores).length / 100)
  })

  test('has its typical effect on the readings', () => {
    effects[fault](readings, cores)
  })
})
