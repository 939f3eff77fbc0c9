import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dictionaryPays, maxDictionarySize } from '../../src/encodings/dictionary-limits.js'

test.each([
  [0, 32_768],
  [20_000, 32_768],
  [65_535, 32_768],
  [65_536, 32_769],
  [65_537, 32_769],
  [65_538, 32_770],
  [1_048_576, 524_289],
])('%i values may have %i distinct ones', (valueCount, most) => {
  expect(maxDictionarySize(valueCount)).toBe(most)
})

test('accepts another value while there are few, or while at most half are distinct', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 20), fc.integer({ min: -2, max: 2 }), (valueCount, more) => {
      const size = Math.max(0, Math.floor(valueCount / 2) + more)
      expect(size < maxDictionarySize(valueCount)).toBe(size < 32_768 || 2 * size <= valueCount)
    }),
    { numRuns: 1000 },
  )
})

test('a dictionary pays when it saves a quarter, not when it saves a byte less', () => {
  const pays = (size: number, byteLength: number, count = 200) =>
    dictionaryPays({ size, byteLength }, { count, plainBytes: 400 })
  // Indexes into 257 values take 9 bits each, into 256 values 8, into two 1, into one none.
  expect([pays(257, 75), pays(257, 76)]).toEqual([true, false])
  expect([pays(256, 100), pays(256, 101)]).toEqual([true, false])
  expect([pays(2, 275), pays(2, 276)]).toEqual([true, false])
  expect([pays(2, 274, 201), pays(2, 275, 201)]).toEqual([true, false])
  expect([pays(1, 300), pays(1, 301)]).toEqual([true, false])
  expect([pays(0, 0), pays(2 ** 17, 2 ** 20)]).toEqual([true, false])
})
