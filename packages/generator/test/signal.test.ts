import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../src/random.js'
import { addWander, interpolate, smoothStep, wanderAt } from '../src/signal.js'

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
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 200_000 }), (firstMillis, stepMillis) => {
      const signal = new Float64Array(50).fill(3)
      addWander(signal, { firstMillis, stepMillis }, minute)
      for (const [i, value] of signal.entries())
        expect(value).toBe(3 + wanderAt(firstMillis + i * stepMillis, minute))
    }),
  )
})

test('deviation scales wandering noise, and its knots have that deviation', () => {
  const three = { ...minute, deviation: 3 }
  expect(wanderAt(12_345_678, three)).toBeCloseTo(3 * wanderAt(12_345_678, minute), 12)
  let squares = 0
  for (let knot = 0; knot < 10_000; knot++) squares += wanderAt(knot * 60_000, three) ** 2
  expect(Math.sqrt(squares / 10_000)).toBeCloseTo(3, 0)
})

test('between known moments lie straight lines, the same at any interval', () => {
  const signal = Float64Array.from({ length: 101 }, (_, knot) => (knot * 7919) % 101)
  const coarse = { firstMillis: 5000, stepMillis: 1000 }
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40_000 }),
      fc.integer({ min: 1, max: 3000 }),
      (since, stepMillis) => {
        const values = new Float64Array(20)
        interpolate(values, { firstMillis: 5000 + since, stepMillis }, signal, coarse)
        for (const [row, value] of values.entries()) {
          const at = since + row * stepMillis
          const [left, right] = [signal[Math.floor(at / 1000)]!, signal[Math.floor(at / 1000) + 1]!]
          expect(value).toBeCloseTo(left + ((right - left) * (at % 1000)) / 1000, 9)
          const alone = new Float64Array(1)
          interpolate(alone, { firstMillis: 5000 + at, stepMillis: 1 }, signal, coarse)
          expect(alone[0]).toBe(value)
        }
      },
    ),
  )
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
