import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parcelRows } from '../../src/delivery-line.js'
import { Workbench } from '../../src/kernels/workbench.js'
import { randomStream } from '../../src/random.js'
import { prepareSensors } from '../../src/physics/sensor-noise.js'
import { sensorNames, sensors } from '../../src/sensors.js'

const workbench = new Workbench()
const { kernels } = workbench
const batchRows = kernels.batchRows.value

test('the course has a knot every 15 s of the day, including its end', () => {
  expect(workbench.course.speed).toHaveLength(86_400 / 15 + 1)
})

test('a batch holds whole parcels, and the columns are in the order that the kernels expect', () => {
  expect(batchRows % parcelRows).toBe(0)
  expect(sensorNames).toEqual(['pressure', 'velocity', 'speed'])
})

// From year 1 to year 9999.
const millis = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })

test('writes the moments of a grid as timestamps in microseconds', () => {
  fc.assert(
    fc.property(millis, fc.integer({ min: 1, max: 86_400_000 }), fc.nat(100), (first, step, count) => {
      workbench.timestamps.fill(7n)
      kernels.fillTimestamps(BigInt(first) * 1000n, BigInt(step) * 1000n, count)
      expect(workbench.timestamps.slice(0, count + 1)).toEqual(
        BigInt64Array.from({ length: count + 1 }, (_, row) =>
          row < count ? BigInt(first + row * step) * 1000n : 7n,
        ),
      )
    }),
  )
})

test('interpolates linearly between knots, to the same values at any interval', () => {
  for (const [sensor, name] of sensorNames.entries())
    for (const knot of workbench.course[name].keys())
      workbench.course[name][knot] = ((knot + sensor) * 7919) % 101
  const statesAt = (since: number, step: number, rows: number) => {
    kernels.interpolate(rows, since, step, 1000)
    return sensorNames.map((name) => workbench.states[name].slice(0, rows))
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(1, 100, 1000, 2000)),
      fc.nat(60),
      (since, step, rows) => {
        for (const [sensor, values] of statesAt(since, step, rows).entries()) {
          const line = workbench.course[sensorNames[sensor]!]
          for (const [row, value] of values.entries()) {
            const at = since + row * step
            const [left, right] = [line[Math.floor(at / 1000)]!, line[Math.floor(at / 1000) + 1]!]
            expect(value).toBe(left + (at % 1000) * ((right - left) / 1000))
          }
        }
      },
    ),
  )
})

const anyValues = fc.array(
  fc.oneof(
    fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
    fc.constantFrom(NaN, -0, 150),
  ),
)

test("adds up values except NaN, inside or outside the kernels' memory, and counts those above a limit", () => {
  fc.assert(
    fc.property(anyValues, fc.boolean(), fc.constantFrom(0, 0.5, 1e6), (some, isInside, before) => {
      const values = isInside
        ? workbench.readings.speed.subarray(3, 3 + some.length)
        : new Float64Array(some.length)
      values.set(some)
      kernels.addValues(workbench.addressOf(values), values.length, before, 0, 150)
      const numbers = some.filter((value) => !Number.isNaN(value))
      // Exact, since it counts whole hundredths.
      const hundredths = numbers.reduce((sum, value) => sum + Math.round(value * 100), 0)
      const expected = before + hundredths / 100
      expect(Math.abs(kernels.sum.value + kernels.lost.value - expected)).toBeLessThanOrEqual(1e-9)
      expect(kernels.nanCount.value).toBe(some.length - numbers.length)
      expect(kernels.countAbove.value).toBe(numbers.filter((value) => value > 150).length)
      expect([kernels.least.value + 0, kernels.greatest.value + 0]).toEqual([
        Math.min(...numbers) + 0,
        Math.max(...numbers) + 0,
      ])
    }),
  )
})

test('a sum does not lose small values next to large ones, in either lane', () => {
  const values = new Float64Array(2001).fill(1)
  values[7] = 1e17
  values[1500] = -1e17
  kernels.addValues(workbench.addressOf(values), values.length, 0, 0, Infinity)
  expect(kernels.sum.value + kernels.lost.value).toBe(1999)
})

test('finds the first value above a limit at any position', () => {
  fc.assert(
    fc.property(fc.nat(batchRows), fc.array(fc.nat(batchRows - 1)), (count, aboveAt) => {
      const values = new Float64Array(count).fill(150)
      for (const row of aboveAt) if (row < count) values[row] = 150.01
      if (count > 0) values[0] = NaN
      const expected = values.findIndex((value) => value > 150)
      expect(kernels.firstAbove(workbench.addressOf(values), count, 150)).toBe(
        expected === -1 ? count : expected,
      )
    }),
  )
})

test('finds the first time at or after a moment, from any row', () => {
  const origin = 1_767_225_600_000_000n
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.nat(1000),
      fc.integer({ min: -1000, max: 1_001_000 }),
      (count, from, micros) => {
        fc.pre(from <= count)
        const times = BigInt64Array.from({ length: count }, (_, row) => origin + BigInt(row) * 1000n)
        const expected = Math.min(Math.max(Math.ceil(micros / 1000), from), count)
        const address = workbench.addressOf(times)
        expect(kernels.firstFrom(address, from, count, origin, micros)).toBe(expected)
        if (count > 0) expect(kernels.microsSince(address, count - 1, origin)).toBe((count - 1) * 1000)
      },
    ),
  )
})

test('readCourse gives the same readings as interpolate followed by readSensors', () => {
  for (const [sensor, name] of sensorNames.entries())
    for (const knot of workbench.course[name].keys())
      workbench.course[name][knot] = 100 + (((knot + sensor) * 7919) % 101)
  const random = {
    pressure: randomStream(1, 'pressure'),
    velocity: randomStream(1, 'velocity'),
    speed: randomStream(1, 'speed'),
  }
  const firstSample = 20_454 * 86_400
  const rowCount = 5000
  const prepare = () => prepareSensors(workbench, sensors, { random, intervalSeconds: 1, firstSample })
  const readings = () => sensorNames.map((name) => workbench.readings[name].slice(7, 7 + rowCount))

  prepare()
  kernels.readCourse(rowCount, 30_000, 1000, 15_000, firstSample, 7)
  const atOnce = readings()
  for (const name of sensorNames) workbench.readings[name].fill(0)
  prepare()
  for (let from = 0; from < rowCount; from += 700) {
    const rows = Math.min(700, rowCount - from)
    kernels.interpolate(rows, 30_000 + from * 1000, 1000, 15_000)
    kernels.readSensors(rows, firstSample + from, 7 + from)
  }
  expect(atOnce).toEqual(readings())
})

test('random numbers equal those of random.ts', () => {
  const index = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  )
  fc.assert(
    fc.property(fc.nat(), fc.string(), index, (seed, label, index) => {
      const random = randomStream(seed, label)
      expect(kernels.bits(random.key, BigInt(index))).toBe(random.bits(index))
      expect(kernels.normal(random.key, BigInt(index))).toBe(random.normal(index))
    }),
  )
})

test('workbenches share no memory', () => {
  const other = new Workbench()
  other.readings.speed.fill(1)
  workbench.readings.speed.fill(2)
  expect(other.readings.speed.every((value) => value === 1)).toBe(true)
})
