import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../src/random.js'

const indices = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test('a number depends only on seed, labels and index, not on earlier calls', () => {
  fc.assert(
    fc.property(seeds, fc.string(), indices, fc.array(indices), (seed, label, index, others) => {
      const fresh = randomStream(seed, label)
      const used = randomStream(seed, label)
      for (const other of others) used.normal(other)
      expect(used.bits(index)).toBe(fresh.bits(index))
      expect(used.uniform(index)).toBe(fresh.uniform(index))
      expect(used.normal(index)).toBe(fresh.normal(index))
    }),
  )
})

test('uniform numbers are in [0, 1), normal numbers within ±3.5', () => {
  fc.assert(
    fc.property(seeds, indices, (seed, index) => {
      const random = randomStream(seed, 'bounds')
      expect(random.uniform(index)).toBeGreaterThanOrEqual(0)
      expect(random.uniform(index)).toBeLessThan(1)
      expect(Math.abs(random.normal(index))).toBeLessThanOrEqual(3.5)
    }),
  )
})

// Mean and standard deviation of 100,000 numbers. The bounds are more than five standard errors wide.
const count = 100_000
const moments = (values: Iterable<number>) => {
  let sum = 0
  let squares = 0
  for (const value of values) {
    sum += value
    squares += value * value
  }
  return { mean: sum / count, deviation: Math.sqrt(squares / count - (sum / count) ** 2) }
}

test.each([0, 1, 42, Number.MAX_SAFE_INTEGER])(
  'numbers of seed %d have the documented mean and standard deviation',
  (seed) => {
    const random = randomStream(seed, 'moments')
    const indexes = Array.from({ length: count }, (_, index) => index)
    const ofUniform = moments(indexes.map((index) => random.uniform(index)))
    expect(Math.abs(ofUniform.mean - 0.5)).toBeLessThan(0.005)
    expect(Math.abs(ofUniform.deviation - Math.sqrt(1 / 12))).toBeLessThan(0.005)
    const ofNormal = moments(indexes.map((index) => random.normal(index)))
    expect(Math.abs(ofNormal.mean)).toBeLessThan(0.02)
    expect(Math.abs(ofNormal.deviation - 1)).toBeLessThan(0.02)
  },
)

test('each of the 32 bits is set in about half of the numbers', () => {
  const random = randomStream(42, 'bits')
  const set = new Float64Array(32)
  for (let index = 0; index < count; index++) {
    const bits = random.bits(index)
    for (let bit = 0; bit < 32; bit++) set[bit]! += (bits >>> bit) & 1
  }
  for (const times of set) expect(Math.abs(times / count - 0.5)).toBeLessThan(0.01)
})

test('neighbouring numbers are uncorrelated', () => {
  const random = randomStream(42, 'correlation')
  let products = 0
  for (let index = 0; index < count; index++) products += random.normal(index) * random.normal(index + 1)
  expect(Math.abs(products / count)).toBeLessThan(0.02)
})

test('different labels or seeds give different numbers, even if the seeds differ only above 32 bits', () => {
  const first = (seed: number, ...labels: (string | number)[]) => {
    const random = randomStream(seed, ...labels)
    return [0, 1, 2].map((index) => random.uniform(index)).join()
  }
  const streams = [
    first(42, 'a'),
    first(43, 'a'),
    first(42 + 2 ** 32, 'a'),
    first(42, 'b'),
    first(42, 'a', 'b'),
    first(42, 'ab'),
    first(42, 'a', 1),
    first(42),
  ]
  expect(new Set(streams).size).toBe(streams.length)
})

test('an index above 32 bits does not repeat the numbers below', () => {
  const random = randomStream(42, 'wide')
  expect(random.uniform(7 + 2 ** 32)).not.toBe(random.uniform(7))
  expect(random.uniform(7 - 2 ** 32)).not.toBe(random.uniform(7))
})
