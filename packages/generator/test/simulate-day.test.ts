import { pump } from '@minilake/schema'
import { expect, test } from 'vitest'
import { scenarios, simulate } from '../src/index.js'
import { type SensorName, sensorNames, sensors } from '../src/sensors.js'
import { takeAll } from './take-all.js'

const secondsPerDay = 86_400
const files = [...simulate(pump, { from: '2026-01-01', days: 8, scenario: scenarios.default })]
const readings = takeAll(files)
const isFaulty = faultyRows()

/** One entry per row: 1 within a labelled fault. */
function faultyRows(): Uint8Array {
  const rows = new Uint8Array(readings.rowCount)
  const start = Number(readings.event_timestamp[0]! / 1000n)
  const rowAt = (time: string) => Math.ceil((Date.parse(time) - start) / 1000)
  for (const { faults } of files.map((file) => file.truth()))
    for (const fault of faults) rows.fill(1, rowAt(fault.start), rowAt(fault.end))
  return rows
}

test('faults occur, for a small share of the time', () => {
  const share = isFaulty.reduce((sum, row) => sum + row, 0) / isFaulty.length
  expect(share).toBeGreaterThan(0.003)
  expect(share).toBeLessThan(0.03)
})

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** The least-squares slope of y over x. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)]
  return (
    mean(x.map((value, i) => (value - meanX) * (y[i]! - meanY))) /
    mean(x.map((value) => (value - meanX) ** 2))
  )
}

// The pump curve at relative speed n is p = n²·shutOff − 20·v². So the head of the impeller, p + 20·v², is proportional to n².
const pumpLoss = 20

test('affinity laws: the head of the impeller is proportional to the square of the speed on every day', () => {
  for (let day = 0; day < files.length; day++) {
    const [logSpeed, logHead]: [number[], number[]] = [[], []]
    for (let row = day * secondsPerDay; row < (day + 1) * secondsPerDay; row++) {
      if (isFaulty[row] === 1) continue
      logSpeed.push(Math.log(readings.speed[row]!))
      logHead.push(Math.log(readings.pressure[row]! + pumpLoss * readings.velocity[row]! ** 2))
    }
    expect(Math.abs(slopeOf(logSpeed, logHead) - 2)).toBeLessThan(0.02)
  }
})

test('a blocked discharge leaves the pump on its curve: less flow, more pressure, the same head', () => {
  const ratios: number[] = []
  for (let row = 0; row < readings.rowCount; row++) {
    if (readings.pressure[row]! <= 150) continue
    const head = readings.pressure[row]! + pumpLoss * readings.velocity[row]! ** 2
    ratios.push(head / (readings.speed[row]! / 1450) ** 2 / 205)
  }
  expect(ratios.length).toBeGreaterThan(1000)
  expect(Math.abs(mean(ratios) - 1)).toBeLessThan(0.001)
})

// The state of the pump is linear between knots, which are 15 s apart. So second differences between two knots contain nothing but
// noise.
const knotSeconds = 15

/** The mean square of x(t + lag) − 2·x(t) + x(t − lag) between knots, less the part that rounding to the sensor's steps adds. */
function meanSquare(name: SensorName, lag: number): number {
  const values = readings[name]
  let [sum, count] = [0, 0]
  for (let knot = 0; knot + knotSeconds < values.length; knot += knotSeconds) {
    if (isFaulty.subarray(knot, knot + knotSeconds + 1).includes(1)) continue
    for (let row = knot + lag; row <= knot + knotSeconds - lag; row++) {
      sum += (values[row + lag]! - 2 * values[row]! + values[row - lag]!) ** 2
      count += 1
    }
  }
  const roundingVariance = 1 / (12 * sensors[name].stepsPerUnit ** 2)
  return sum / count - 6 * roundingVariance
}

/** `meanSquare` of noise with standard deviation 1 and the correlation φ from second to second: 6 − 8·φ^lag + 2·φ^(2·lag). */
const expectedSquare = (correlation: number, lag: number) =>
  6 - 8 * correlation ** lag + 2 * correlation ** (2 * lag)

/** The correlation at which the mean squares with a lag of 7 s and of 1 s have this ratio. It grows with the ratio. */
function correlationOf(ratio: number): number {
  let [least, most] = [0, 1]
  for (let halving = 0; halving < 40; halving++) {
    const middle = (least + most) / 2
    if (expectedSquare(middle, 7) / expectedSquare(middle, 1) < ratio) least = middle
    else most = middle
  }
  return least
}

test.each(sensorNames)(
  'the noise of %s has the standard deviation of its sensor, and a correlation that decays as exp(−t / τ)',
  (name) => {
    const { deviation, correlationSeconds } = sensors[name]
    const [short, long] = [meanSquare(name, 1), meanSquare(name, 7)]
    const correlation = correlationOf(long / short)
    expect(Math.abs(correlation - Math.exp(-1 / correlationSeconds))).toBeLessThan(0.01)
    expect(Math.sqrt(short / expectedSquare(correlation, 1)) / deviation).toBeCloseTo(1, 1)
  },
)
