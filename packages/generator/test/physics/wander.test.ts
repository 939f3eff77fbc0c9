import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Workbench } from '../../src/kernels/workbench.js'
import { randomStream } from '../../src/random.js'
import { addWander, smoothStep, wanderAt } from '../../src/physics/wander.js'

const moments = fc.integer({ min: -1e13, max: 1e13 })
const minute = { knots: randomStream(42, 'minute'), periodSeconds: 60, deviation: 1 }

test('wandering noise is continuous: a millisecond changes it by next to nothing', () => {
  fc.assert(
    fc.property(moments, (at) => {
      // A smooth step is at most 1.5 / period steep, and two knots are at most 7 deviations apart.
      expect(Math.abs(wanderAt(at + 1, minute) - wanderAt(at, minute))).toBeLessThan((7 * 1.5 * 0.0011) / 60)
    }),
  )
})

test('wandering noise on a grid is that of its moments, whatever the grid', () => {
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

test('deviation scales wandering noise, and its knots have that deviation', () => {
  const three = { ...minute, deviation: 3 }
  expect(wanderAt(12_345_678, three)).toBeCloseTo(3 * wanderAt(12_345_678, minute), 12)
  let squares = 0
  for (let knot = 0; knot < 10_000; knot++) squares += wanderAt(knot * 60_000, three) ** 2
  expect(Math.sqrt(squares / 10_000)).toBeCloseTo(3, 0)
})

test('a smooth step goes from 0 to 1, is level outside, and never falls', () => {
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
