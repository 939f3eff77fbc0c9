import fc from 'fast-check'
import { expect, test } from 'vitest'
import { operatingPoint, throttledPoint } from '../../src/physics/operating-point.js'

const speeds = fc.double({ min: 900, max: 1600, noNaN: true })
const shares = fc.double({ min: 0, max: 1, noNaN: true })

test('at its rated speed an open pump gives 125 kPa and 2 m/s', () => {
  const { pressure, velocity } = operatingPoint(1450)
  expect(pressure).toBeCloseTo(125, 10)
  expect(velocity).toBeCloseTo(2, 10)
})

/** The exponent of a power law of the speed: the least-squares slope of ln value over ln speed. */
function exponentOf(value: (speed: number) => number): number {
  const points = Array.from({ length: 50 }, (_, i) => 1000 + i * 10).map((speed) => ({
    x: Math.log(speed),
    y: Math.log(value(speed)),
  }))
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)]
  return mean(({ x, y }) => (x - meanX) * (y - meanY)) / mean(({ x }) => (x - meanX) ** 2)
}

test('affinity laws: with a shut discharge the head is proportional to the square of the speed', () => {
  expect(exponentOf((speed) => operatingPoint(speed, { closure: 1 }).pressure)).toBeCloseTo(2, 9)
  expect(operatingPoint(1450, { closure: 1 })).toEqual({ pressure: 205, velocity: 0 })
})

test('affinity laws: without static pressure the flow is proportional to the speed, the head to its square', () => {
  const free = (speed: number) => operatingPoint(speed, { staticPressure: 0 })
  expect(exponentOf((speed) => free(speed).velocity)).toBeCloseTo(1, 9)
  expect(exponentOf((speed) => free(speed).pressure)).toBeCloseTo(2, 9)
})

test('a faster pump gives more pressure and more flow, however far its discharge is closed', () => {
  fc.assert(
    fc.property(
      speeds,
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      (speed, closure, more) => {
        const slow = operatingPoint(speed, { closure })
        const fast = operatingPoint(speed + more, { closure })
        expect(fast.pressure).toBeGreaterThan(slow.pressure)
        if (slow.velocity > 0) expect(fast.velocity).toBeGreaterThan(slow.velocity)
      },
    ),
  )
})

test('closing the discharge raises the pressure and lowers the velocity', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1000, max: 1600, noNaN: true }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      (speed, closure) => {
        const open = operatingPoint(speed, { closure })
        const closing = operatingPoint(speed, { closure: closure + 0.05 })
        expect(closing.pressure).toBeGreaterThan(open.pressure)
        expect(closing.velocity).toBeLessThan(open.velocity)
      },
    ),
  )
})

test('a loss of head scales down the pump curve', () => {
  const { pressure, velocity } = operatingPoint(1450, { headLoss: 0.1 })
  expect(pressure).toBeCloseTo(0.9 * (205 - 20 * velocity ** 2), 9)
  expect(pressure).toBeCloseTo(80 + 11.25 * velocity ** 2, 9)
})

test('a pump that is too slow gives no flow, and no value is ever NaN or negative', () => {
  expect(operatingPoint(100).velocity).toBe(0)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3000, noNaN: true }), shares, shares, (speed, closure, headLoss) => {
      const { pressure, velocity } = operatingPoint(speed, { closure, headLoss: headLoss * 0.99 })
      expect(pressure).toBeGreaterThanOrEqual(0)
      expect(velocity).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('throttling to its own pressure leaves the flow unchanged, and there is no flow above the pressure it can reach', () => {
  const { pressure, velocity } = operatingPoint(1400, { headLoss: 0.05 })
  expect(throttledPoint(1400, pressure, 0.05).velocity).toBeCloseTo(velocity, 9)
  expect(throttledPoint(1400, 300, 0.05)).toEqual({ pressure: 300, velocity: 0 })
})
