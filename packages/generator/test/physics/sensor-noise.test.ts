import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/random.js'
import { Workbench } from '../../src/kernels/workbench.js'
import { decay, prepareSensors } from '../../src/physics/sensor-noise.js'
import { type Sensor, type SensorName, sensorNames, sensors } from '../../src/sensors.js'

const today = 20_454 * 86_400

/** Reads the same true states with every sensor, in blocks of at most `blockRows`: with `sensor`, or else with the real sensors. */
function read(
  values: ArrayLike<number>,
  {
    sensor,
    first = today,
    intervalSeconds = 1,
    blockRows = 960,
  }: {
    sensor?: Sensor
    first?: number
    intervalSeconds?: number
    blockRows?: number
  },
): Record<SensorName, Float64Array> {
  const workbench = new Workbench()
  prepareSensors(workbench, sensor ? { pressure: sensor, velocity: sensor, speed: sensor } : sensors, {
    random: {
      pressure: randomStream(42, 'sensor'),
      velocity: randomStream(42, 'another sensor'),
      speed: randomStream(42, 'a third sensor'),
    },
    intervalSeconds,
    firstSample: first,
  })
  const readings = {
    pressure: new Float64Array(values.length),
    velocity: new Float64Array(values.length),
    speed: new Float64Array(values.length),
  }
  for (let from = 0; from < values.length; from += blockRows) {
    const rowCount = Math.min(blockRows, values.length - from)
    for (const name of sensorNames)
      for (let row = 0; row < rowCount; row++) workbench.states[name][row] = values[from + row]!
    // At various rows of a batch.
    workbench.kernels.readSensors(rowCount, first + from, from % 1000)
    for (const name of sensorNames)
      readings[name].set(workbench.readings[name].subarray(from % 1000, (from % 1000) + rowCount), from)
  }
  return readings
}

/** The noise of a sensor that reads a constant value at a resolution too fine to matter. */
function noiseOf(
  samples: number,
  {
    correlationSeconds = 5,
    deviation = 1,
    ...options
  }: {
    correlationSeconds?: number
    deviation?: number
    intervalSeconds?: number
    first?: number
    blockRows?: number
  },
) {
  const sensor = { deviation, correlationSeconds, stepsPerUnit: 1e6, range: 1e3 }
  return read(new Float64Array(samples).fill(100), { sensor, ...options }).pressure.map(
    (reading) => reading - 100,
  )
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
  'with τ = %d s and a reading every %d s, neighbours have the correlation exp(−interval / τ)',
  (correlationSeconds, intervalSeconds) => {
    const noise = noiseOf(200_000, { correlationSeconds, intervalSeconds })
    expect(Math.abs(lagOne(noise) - Math.exp(-intervalSeconds / correlationSeconds))).toBeLessThan(0.01)
  },
)

test('noise has the standard deviation of the sensor, a mean of 0, and the kurtosis of a normal distribution', () => {
  const noise = noiseOf(500_000, { correlationSeconds: 2, deviation: 3 })
  const mean = (power: number) => noise.reduce((sum, value) => sum + value ** power, 0) / noise.length
  expect(Math.abs(mean(1))).toBeLessThan(0.05)
  expect(Math.sqrt(mean(2))).toBeCloseTo(3, 1)
  expect(Math.abs(mean(4) / mean(2) ** 2 - 3)).toBeLessThan(0.2)
})

test('noise depends only on the number of the sample, wherever blocks begin and end', () => {
  const whole = noiseOf(10_000, { correlationSeconds: 2 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 500 }), (start, blockRows) => {
      expect(noiseOf(1000, { correlationSeconds: 2, first: today + start, blockRows })).toEqual(
        whole.subarray(start, start + 1000),
      )
    }),
    { numRuns: 30 },
  )
})

test('noise equals the formula, and each sensor has a random stream of its own', () => {
  const rows = 5000
  const { pressure, velocity, speed } = read(new Float64Array(rows).fill(100), {})
  const expected = (name: SensorName, label: string) => {
    const { deviation, correlationSeconds, stepsPerUnit } = sensors[name]
    const random = randomStream(42, label)
    const lag = decay(1 / correlationSeconds)
    const scale = (deviation * Math.sqrt(1 - lag * lag)) / Math.sqrt(65_535 / 3)
    const warmUp = Math.ceil(37 * correlationSeconds)
    let noise = 0
    return Float64Array.from({ length: warmUp + rows }, (_, row) => {
      const sample = today - warmUp + row
      const key = Math.floor(sample / 4096)
      let hash = Math.imul((sample - key * 4096) ^ random.bits(2 * key), 0x85ebca6b)
      hash = Math.imul(hash ^ (hash >>> 13) ^ random.bits(2 * key + 1), 0xc2b2ae35)
      hash ^= hash >>> 16
      const bytes = [0, 8, 16, 24].reduce((sum, shift) => sum + ((hash >>> shift) & 0xff), 0)
      noise = noise * lag + (bytes - 510)
      return Math.abs(Math.floor((100 + noise * scale) * stepsPerUnit + 0.5)) / stepsPerUnit
    }).subarray(warmUp)
  }
  expect(pressure).toEqual(expected('pressure', 'sensor'))
  expect(velocity).toEqual(expected('velocity', 'another sensor'))
  expect(speed).toEqual(expected('speed', 'a third sensor'))
})

describe.each(sensorNames)('the %s sensor', (name) => {
  const sensor = sensors[name]

  test('gives the doubles nearest to whole steps, never below 0, never −0', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => (i % 100) * (sensor.range / 100))
    const readings = read(values, {})[name]
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
