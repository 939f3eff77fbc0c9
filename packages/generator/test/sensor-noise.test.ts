import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomStream } from '../src/random.js'
import { decay, sensorReader } from '../src/sensor-noise.js'
import { sensorNames, sensors } from '../src/sensors.js'

const random = randomStream(42, 'sensor')
const today = 20_454 * 86_400

/** The noise of a sensor that always looks at the same value, in steps fine enough not to matter. */
function noiseOf(
  samples: number,
  { correlationSeconds = 5, intervalSeconds = 1, deviation = 1, first = today },
) {
  const read = sensorReader(
    { deviation, correlationSeconds, stepsPerUnit: 1e6, range: 1e3 },
    { random, intervalSeconds },
  )
  const readings = new Float64Array(samples)
  read(new Float64Array(samples).fill(100), first, readings)
  return readings.map((reading) => reading - 100)
}

function lagOne(noise: Float64Array): number {
  let products = 0
  let squares = 0
  for (let i = 1; i < noise.length; i++) {
    products += noise[i]! * noise[i - 1]!
    squares += noise[i]! ** 2
  }
  return products / squares
}

test.each([
  [5, 1],
  [2, 1],
  [5, 0.1],
  [1, 10],
])(
  'with τ = %d s and a reading every %d s, neighbours correlate by exp(−interval / τ)',
  (correlationSeconds, intervalSeconds) => {
    const noise = noiseOf(200_000, { correlationSeconds, intervalSeconds })
    expect(Math.abs(lagOne(noise) - Math.exp(-intervalSeconds / correlationSeconds))).toBeLessThan(0.01)
  },
)

test('noise has the deviation of the sensor, no mean, and the kurtosis of a normal value', () => {
  const noise = noiseOf(500_000, { correlationSeconds: 2, deviation: 3 })
  const mean = (power: number) => noise.reduce((sum, value) => sum + value ** power, 0) / noise.length
  expect(Math.abs(mean(1))).toBeLessThan(0.05)
  expect(Math.sqrt(mean(2))).toBeCloseTo(3, 1)
  expect(Math.abs(mean(4) / mean(2) ** 2 - 3)).toBeLessThan(0.2)
})

test('noise depends on the number of the sample alone, however the blocks are cut and wherever they begin', () => {
  const whole = noiseOf(10_000, { correlationSeconds: 2 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 500 }), (start, cut) => {
      const read = sensorReader(
        { deviation: 1, correlationSeconds: 2, stepsPerUnit: 1e6, range: 1e3 },
        { random, intervalSeconds: 1 },
      )
      const readings = new Float64Array(1000)
      const values = new Float64Array(1000).fill(100)
      for (let from = 0; from < 1000; from += cut)
        read(values.subarray(from, from + cut), today + start + from, readings.subarray(from, from + cut))
      expect(readings.map((reading) => reading - 100)).toEqual(whole.subarray(start, start + 1000))
    }),
    { numRuns: 30 },
  )
})

describe.each(sensorNames)('the %s sensor', (name) => {
  const sensor = sensors[name]

  test('shows whole steps, as the nearest doubles, never below 0, never −0', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => (i % 100) * (sensor.range / 100))
    const readings = new Float64Array(values.length)
    sensorReader(sensor, { random, intervalSeconds: 1 })(values, today, readings)
    const wrong = readings.findIndex(
      (reading) =>
        Math.round(reading * sensor.stepsPerUnit) / sensor.stepsPerUnit !== reading ||
        reading < 0 ||
        Object.is(reading, -0),
    )
    expect(wrong).toBe(-1)
    expect(
      readings.every((reading, i) => Math.abs(reading - values[i]!) <= 6 * sensor.deviation + 0.01),
    ).toBe(true)
  })
})

test('decay is exp(−x)', () => {
  expect(decay(0)).toBe(1)
  expect(decay(1e9)).toBe(0)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 600, noNaN: true }), (x) => {
      expect(Math.abs(decay(x) / Math.exp(-x) - 1)).toBeLessThan(1e-11)
    }),
  )
})
