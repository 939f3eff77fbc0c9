import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Workbench } from '../../src/kernels/workbench.js'
import { randomStream } from '../../src/random.js'
import { addWander, smoothStep, wanderAt } from '../../src/physics/wander.js'

const moments = fc.integer({ min: -1e13, max: 1e13 })
const minute = { knots: randomStream(42, 'minute'), periodSeconds: 60, deviation: 1 }

test('slow noise is continuous: it hardly changes within a millisecond', () => {
  fc.assert(
    fc.property(moments, (at) => {
      // The slope of a smooth step is at most 1.5 / period, and two knots differ by at most 7 standard deviations.
      expect(Math.abs(wanderAt(at + 1, minute) - wanderAt(at, minute))).toBeLessThan((7 * 1.5 * 0.0011) / 60)
    }),
  )
})

test('slow noise on a grid equals its values at single moments, for any grid', () => {
  const workbench = new Workbench()
  const { speed } = workbench.course
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20_000 }), (firstMillis, stepMillis) => {
      speed.fill(3)
      addWander(workbench, { firstMillis, stepMillis }, minute)
      const wrong = speed.findIndex(
        (value, i) => value !== 3 + wanderAt(firstMillis + i * stepMillis, minute),
      )
      expect(wrong).toBe(-1)
    }),
    { numRuns: 30 },
  )
})

test('the deviation scales slow noise and is the standard deviation of its knots', () => {
  const three = { ...minute, deviation: 3 }
  expect(wanderAt(12_345_678, three)).toBeCloseTo(3 * wanderAt(12_345_678, minute), 12)
  let squares = 0
  for (let knot = 0; knot < 10_000; knot++) squares += wanderAt(knot * 60_000, three) ** 2
  expect(Math.sqrt(squares / 10_000)).toBeCloseTo(3, 0)
})

test('a smooth step rises from 0 to 1, is constant outside, and never falls', () => {
  expect([-1, 0, 0.5, 1, 2].map(smoothStep)).toEqual([0, 0, 0.5, 1, 1])
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (x, step) => {
        expect(smoothStep(x + step)).toBeGreaterThanOrEqual(smoothStep(x))
      },
    ),
  )
})
