import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../src/random.js'
import { operatingPoint, pumpSpeed } from '../src/pump-physics.js'

const speeds = fc.double({ min: 900, max: 1600, noNaN: true })
const closures = fc.double({ min: 0, max: 1, noNaN: true })

function at(speed: number, closure: number) {
  const state = { pressure: 0, velocity: 0, speed: 0 }
  operatingPoint(speed, closure, state)
  return state
}

test('at the rated speed the open pump gives 125 kPa at 2 m/s', () => {
  const state = at(1450, 0)
  expect(state.pressure).toBeCloseTo(125, 10)
  expect(state.velocity).toBeCloseTo(2, 10)
  expect(state.speed).toBe(1450)
})

test('a faster pump gives more pressure and more flow, whatever its discharge', () => {
  fc.assert(
    fc.property(speeds, closures, fc.double({ min: 1, max: 100, noNaN: true }), (speed, closure, more) => {
      const slow = at(speed, closure)
      const fast = at(speed + more, closure)
      expect(fast.pressure).toBeGreaterThan(slow.pressure)
      expect(fast.velocity).toBeGreaterThan(slow.velocity)
    }),
  )
})

test('closing the discharge raises the pressure and lowers the velocity', () => {
  fc.assert(
    fc.property(speeds, fc.double({ min: 0, max: 0.9, noNaN: true }), (speed, closure) => {
      const open = at(speed, closure)
      const closing = at(speed, closure + 0.05)
      expect(closing.pressure).toBeGreaterThan(open.pressure)
      expect(closing.velocity).toBeLessThan(open.velocity)
    }),
  )
})

test('against a shut discharge the pressure follows the square of the speed, as the affinity laws say', () => {
  const ratio = at(1450, 1).pressure / at(1160, 1).pressure
  expect(ratio).toBeCloseTo((1450 / 1160) ** 2, 2)
})

test('a pump too slow to lift the water moves none, and no value is ever NaN', () => {
  expect(at(100, 0).velocity).toBe(0)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3000, noNaN: true }), closures, (speed, closure) => {
      const { pressure, velocity } = at(speed, closure)
      expect(pressure).toBeGreaterThanOrEqual(0)
      expect(velocity).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('the speed follows the duty of the day: high in the evening, low at night', () => {
  const speed = pumpSpeed((name) => randomStream(42, name))
  const day = 20_454 * 86_400
  const meanOf = (hour: number) => {
    let sum = 0
    for (let minute = 0; minute < 60; minute++) sum += speed(day + hour * 3600 + minute * 60)
    return sum / 60
  }
  expect(meanOf(20)).toBeGreaterThan(meanOf(14))
  expect(meanOf(14)).toBeGreaterThan(meanOf(2))
})

test('the speed changes by a few rpm a second at the most, over midnight too, and stays in its range', () => {
  const speed = pumpSpeed((name) => randomStream(7, name))
  const day = 20_454 * 86_400
  let before = speed(day - 3600)
  let [least, most, jump] = [Infinity, -Infinity, 0]
  for (let second = -3599; second < 90_000; second++) {
    const rpm = speed(day + second)
    least = Math.min(least, rpm)
    most = Math.max(most, rpm)
    jump = Math.max(jump, Math.abs(rpm - before))
    before = rpm
  }
  expect(least).toBeGreaterThan(1100)
  expect(most).toBeLessThan(1600)
  expect(jump).toBeLessThan(2)
})

test('a day before 1970 has the same duty', () => {
  expect(
    Math.abs(pumpSpeed((name) => randomStream(42, name))(-86_400 + 20 * 3600) - 1450 * 1.01),
  ).toBeLessThan(1450 * 0.04)
})
