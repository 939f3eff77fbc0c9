import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../src/random.js'
import { smoothStep, wander } from '../src/signal.js'

const moments = fc.double({ min: -1e10, max: 1e10, noNaN: true })

test('a wandering signal is continuous: a millisecond changes it by next to nothing', () => {
  fc.assert(
    fc.property(moments, (at) => {
      const signal = wander(randomStream(42, 'continuity'), { periodSeconds: 60, deviation: 1 })
      // A smooth step is at most 1.5 / period steep, and two knots are at most 7 deviations apart.
      expect(Math.abs(signal(at + 0.001) - signal(at))).toBeLessThan((7 * 1.5 * 0.0011) / 60 + 1e-6)
    }),
  )
})

test('a wandering signal has no state: moments asked in any order give the same values', () => {
  fc.assert(
    fc.property(fc.array(moments), (times) => {
      const options = { periodSeconds: 30, deviation: 2 }
      const signal = wander(randomStream(1, 'order'), options)
      const backwards = wander(randomStream(1, 'order'), options)
      const values = times.map(signal)
      expect([...times].reverse().map(backwards).reverse()).toEqual(values)
    }),
  )
})

test('a wandering signal passes midnight without a jump', () => {
  const signal = wander(randomStream(42, 'midnight'), { periodSeconds: 1800, deviation: 1 })
  const midnight = 20_454 * 86_400
  expect(Math.abs(signal(midnight) - signal(midnight - 1))).toBeLessThan(0.01)
})

test('deviation scales the signal', () => {
  const one = wander(randomStream(42, 'scale'), { periodSeconds: 60, deviation: 1 })
  const three = wander(randomStream(42, 'scale'), { periodSeconds: 60, deviation: 3 })
  expect(three(12_345.6)).toBeCloseTo(3 * one(12_345.6), 12)
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
