import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubleDictionary } from '../src/double-dictionary.js'

/** Looks up values in parts of a size, and gives back what the indexes stand for. */
function lookUpAll(values: Float64Array, partRows = values.length, dictionary = doubleDictionary()) {
  const indexes = new Uint32Array(values.length)
  const range = { least: Infinity, greatest: -Infinity, indexBits: 0 }
  let taken = 0
  while (taken < values.length) {
    const part = values.subarray(taken, taken + partRows)
    const count = dictionary.lookUp(part, range, indexes, taken)
    taken += count
    if (count < part.length) break
  }
  const different = dictionary.values()
  return {
    taken,
    different: [...different],
    found: Array.from(indexes.subarray(0, taken), (index) => different[index] as number),
    bounds: [range.least, range.greatest],
    indexBits: range.indexBits,
    nanIndex: dictionary.nanIndex(),
  }
}

const anyDouble = fc.oneof(
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, 150.01, 5e-324, 2 ** 31, 1e300),
  fc.double(),
  fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
)

test('every value finds itself, and different values come in their order', () => {
  fc.assert(
    fc.property(
      fc.array(anyDouble, { maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (some, partRows) => {
        const values = Float64Array.from([...some, ...some])
        const { different, found, bounds, indexBits } = lookUpAll(values, partRows)
        expect(found.every((value, row) => Object.is(value, values[row]))).toBe(true)
        const expected = some.filter(
          (value, row) => some.findIndex((other) => Object.is(other, value)) === row,
        )
        expect(different.every((value, index) => Object.is(value, expected[index]))).toBe(true)
        expect(different).toHaveLength(expected.length)
        expect(Math.clz32(indexBits)).toBe(Math.clz32(Math.max(0, different.length - 1)))
        const readings = some.filter((value) => !Number.isNaN(value))
        expect(bounds.map((bound) => bound + 0)).toEqual(
          [Math.min(...readings), Math.max(...readings)].map((b) => b + 0),
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('decimals and values that are none: thousands of them, over and over', () => {
  for (const valueOf of [
    (row: number) => (row % 9973) / 100,
    (row: number) => (row % 9973) / 3,
    (row: number) => (row % 3001) * 65_536,
    (row: number) => (row % 3001) * 2 ** 40,
    (row: number) => (row < 5000 ? row / 100 : (row % 7919) / 7), // decimals at first
    (row: number) => (row % 2 === 0 ? 1 : (row % 4001) * 997_000), // decimals over a wide range
    (row: number) => (row % 13 === 0 ? NaN : -(row % 4001) / 1000),
  ]) {
    const values = Float64Array.from({ length: 30_000 }, (_, row) => valueOf(row))
    const { found, different } = lookUpAll(values, 8192)
    expect(
      Buffer.compare(new Uint8Array(Float64Array.from(found).buffer), new Uint8Array(values.buffer)),
    ).toBe(0)
    expect(different).toHaveLength(
      new Set(Array.from(values, (value) => (value === 0 ? String(1 / value) : value))).size,
    )
  }
})

test('0 and −0 are two, all NaN are one', () => {
  const { different, nanIndex } = lookUpAll(Float64Array.of(0, NaN, -0, NaN, 0, -0))
  expect(different).toEqual([0, NaN, -0])
  expect(nanIndex).toBe(1)
})

test('it is given up where over half of many values differ, at the same value however they are cut', () => {
  const values = Float64Array.from({ length: 100_000 }, (_, row) => row / 7)
  for (const partRows of [1000, 8192, 100_000]) expect(lookUpAll(values, partRows).taken).toBe(32_768)
  const recurring = Float64Array.from({ length: 300_000 }, (_, row) => (row % 140_000) / 10)
  expect(lookUpAll(recurring).taken).toBe(32_768)
})

test('no more than a page of 1 MiB is taken in', () => {
  const values = Float64Array.from({ length: 1_000_000 }, (_, row) => Math.floor(row / 3) / 10)
  const { taken, different } = lookUpAll(values)
  expect(different).toHaveLength(131_072)
  expect(taken).toBe(3 * 131_072)
})

test('once cleared it is empty, and forgets zeros and NaN too', () => {
  const dictionary = doubleDictionary()
  lookUpAll(Float64Array.of(1, 0, NaN, 2), 4, dictionary)
  dictionary.clear()
  expect(dictionary.nanIndex()).toBeUndefined()
  expect(lookUpAll(Float64Array.of(2, -0, 1, 2), 4, dictionary)).toMatchObject({
    different: [2, -0, 1],
    found: [2, -0, 1, 2],
    bounds: [-0, 2],
  })
})
