import { pump } from '@minilake/schema'
import { expect } from 'vitest'
import { type Faults, scenarios, simulate, type SimulateOptions } from '../../src/index.js'
import { sensorNames } from '../../src/sensors.js'
import { type Readings, takeAll } from '../take-all.js'

// The same seed gives the same pump and the same noise, so only the fault can differ from a healthy pump.
export const options = { from: '2026-03-01', days: 2, intervalSeconds: 1, seed: 11 }

/** Spells that are frequent enough to test. */
export const spells = { perDay: 12, seconds: [60, 600] } as const

/** The readings of the same pump and days without faults. */
export const healthy = takeAll(simulate(pump, { ...options, scenario: scenarios.healthy }))

/** A fault from the truth, with its rows: from `from` to before `to`. */
export interface Label {
  readonly fault: keyof Faults
  readonly start: string
  readonly end: string
  readonly column?: string
  readonly from: number
  readonly to: number
}

/** Simulates some faults. Gives all readings, and the faults that the truth names. */
export function takeFaults(
  faults: Faults,
  more: Partial<SimulateOptions> = {},
): { readings: Readings; labels: Label[] } {
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

/** The rows of some labels. */
export function rowsOf(labels: readonly { from: number; to: number }[]): number[] {
  return labels.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))
}

/** The rows in which any column differs from the healthy pump. */
export function rowsUnlikeHealthy(readings: Readings): number[] {
  const rows: number[] = []
  for (let row = 0; row < readings.rowCount; row++)
    if (sensorNames.some((name) => readings[name][row] !== healthy[name][row])) rows.push(row)
  return rows
}

/** Expects that there are labels, of this fault only, and that readings outside them are those of a healthy pump. */
export function expectLabelled(fault: string, readings: Readings, labels: readonly Label[]): void {
  expect(labels.length).toBeGreaterThan(10)
  expect(new Set(labels.map((label) => label.fault))).toEqual(new Set([fault]))
  const labelled = new Set(rowsOf(labels))
  expect(rowsUnlikeHealthy(readings).filter((row) => !labelled.has(row))).toEqual([])
}
