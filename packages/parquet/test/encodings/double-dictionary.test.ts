import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PageKernels } from '../../src/encodings/page-kernels.js'

const page = new PageKernels()
const { kernels } = page
const pageRows = 20_000
const most = 131_072

const nan = 0x7ff8_0000_0000_0000n
/** The bits of a free slot, which a NaN may have too. */
const allBits = 2n ** 64n - 1n
const nans = [nan, allBits, 0xfff8_0000_0000_0000n, 0x7ff0_0000_0000_0001n, 0x7fff_ffff_0000_0000n]

const doublesOf = (bits: readonly bigint[]) => new Float64Array(BigUint64Array.from(bits).buffer)
const bitsOf = (values: Float64Array) => new BigUint64Array(values.buffer, values.byteOffset, values.length)
const expectSameBits = (found: Float64Array, expected: Float64Array) =>
  expect(Buffer.compare(Buffer.from(found.slice().buffer), Buffer.from(expected.slice().buffer))).toBe(0)

interface LookedUp {
  /** Dictionary indexes of the values before the first one that found no place. */
  indexes: Uint32Array
  different: Float64Array
}

/** Looks up values page by page. */
function lookUpAll(values: Float64Array, { rows = pageRows, limit = most }): LookedUp {
  const indexes = new Uint32Array(values.length)
  let taken = 0
  while (taken < values.length) {
    const part = values.subarray(taken, taken + rows)
    page.doubles().set(part)
    kernels.scan(part.length)
    const count = kernels.lookUp(0, part.length, limit)
    indexes.set(page.indexes().subarray(0, count), taken)
    taken += count
    if (count < part.length) break
  }
  return { indexes: indexes.slice(0, taken), different: page.dictionary().slice() }
}

/** The same by a Map: values by their bits, but all NaN are one. */
function lookUpPlainly(values: Float64Array, limit = most): LookedUp {
  const indexOf = new Map<bigint, number>()
  const indexes: number[] = []
  const bits = bitsOf(values)
  for (let row = 0; row < values.length; row++) {
    const key = Number.isNaN(values[row]) ? nan : (bits[row] as bigint)
    const index = indexOf.get(key) ?? indexOf.size
    if (index === limit) break
    indexOf.set(key, index)
    indexes.push(index)
  }
  return { indexes: Uint32Array.from(indexes), different: doublesOf([...indexOf.keys()]) }
}

function expectSame(found: LookedUp, expected: LookedUp): void {
  expect(Buffer.compare(Buffer.from(found.indexes.buffer), Buffer.from(expected.indexes.buffer))).toBe(0)
  expectSameBits(found.different, expected.different)
}

/** Powers of ten that turn decimals into whole numbers, and 0 for any doubles. */
const scales = [0, 1, 10, 100, 1000, 1_000_000]

const anyBits = fc.oneof(
  fc.constantFrom(...nans),
  fc
    .oneof(
      fc.constantFrom(0, -0, Infinity, -Infinity, 1, 150.01, 5e-324, 2 ** 31, -(2 ** 31), 2 ** 52, 1e300),
      fc.double(),
      fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
    )
    .map((value) => bitsOf(Float64Array.of(value))[0] as bigint),
  fc.bigInt({ min: 0n, max: allBits }),
)

test('finds every value, and keeps distinct values in order of appearance', () => {
  fc.assert(
    fc.property(
      fc.array(anyBits, { maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(...scales),
      (some, rows, decimals) => {
        const values = doublesOf([...some, ...some])
        kernels.clear(decimals)
        expectSame(lookUpAll(values, { rows }), lookUpPlainly(values))
      },
    ),
    { numRuns: 500 },
  )
})

test('stops at the row of the first value beyond the limit, and continues from there with a higher limit', () => {
  const limits = fc.array(fc.nat(40), { maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(anyBits, { maxLength: 60 }),
      limits,
      fc.constantFrom(...scales),
      (some, limits, decimals) => {
        const values = doublesOf([...some, ...some])
        kernels.clear(decimals)
        page.doubles().set(values)
        kernels.scan(values.length)
        let row = 0
        for (const limit of [...limits.sort((a, b) => a - b), most]) {
          row = kernels.lookUp(row, values.length, limit)
          const { indexes, different } = lookUpPlainly(values, limit)
          expect(row).toBe(indexes.length)
          expectSame(
            { indexes: page.indexes().slice(0, row), different: page.dictionary() },
            { indexes, different },
          )
        }
      },
    ),
    { numRuns: 500 },
  )
})

const recurring: readonly [string, (row: number) => number][] = [
  ['decimals', (row) => (row % 9973) / 100],
  ['fractions', (row) => (row % 9973) / 3],
  ['multiples of 2^16', (row) => (row % 3001) * 65_536],
  ['multiples of 2^40', (row) => (row % 3001) * 2 ** 40],
  ['powers of 2', (row) => 2 ** ((row % 2000) - 1000)],
  ['decimals at first', (row) => (row < 5000 ? row / 100 : (row % 7919) / 7)],
  ['decimals over a wide range', (row) => (row % 2 === 0 ? 1 : (row % 4001) * 997_000)],
  ['decimals, and values far from them', (row) => (row % 3 === 0 ? 1e300 / (row % 1009) : row % 4001)],
  ['NaN among decimals', (row) => (row % 13 === 0 ? NaN : -(row % 4001) / 1000)],
  ['both zeros among decimals', (row) => (row % 5 === 0 ? -0 : row % 5 === 1 ? 0 : (row % 4001) / 10)],
]

test.each(recurring)('%s: thousands of recurring values, at any scale', (_, valueOf) => {
  const values = Float64Array.from({ length: 30_000 }, (_, row) => valueOf(row))
  const expected = lookUpPlainly(values)
  for (const decimals of scales) {
    kernels.clear(decimals)
    expectSame(lookUpAll(values, { rows: 8192 }), expected)
  }
})

test.each(scales)('0 and −0 are two values, all NaN are one: scale %i', (decimals) => {
  kernels.clear(decimals)
  const values = doublesOf([0n, ...nans, 1n << 63n, ...nans, 0n, 1n << 63n])
  const { indexes, different } = lookUpAll(values, {})
  expectSameBits(different, doublesOf([0n, nan, 1n << 63n]))
  expect([...indexes]).toEqual([0, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 0, 2])
})

test.each(scales)('a NaN with the bits of a free slot is found as a NaN: scale %i', (decimals) => {
  const one = 0x3ff0_0000_0000_0000n
  for (const all of [[allBits], [one, allBits, one], [allBits, nan], [one, nan, allBits]]) {
    kernels.clear(decimals)
    expectSame(lookUpAll(doublesOf(all), {}), lookUpPlainly(doublesOf(all)))
  }
  kernels.clear(decimals)
  page.doubles().set(doublesOf([one, allBits]))
  kernels.scan(2)
  expect(kernels.lookUp(0, 2, 1)).toBe(1)
})

test.each<[string, number, (row: number) => number]>([
  ['decimals', 10, (row) => row / 10],
  ['falling decimals', 10, (row) => -row / 10],
  ['decimals over a wide range', 1, (row) => (row % 2 === 0 ? row : 2 ** 31 - 2 - row)],
  ['decimals over a range that outgrows the slots', 100, (row) => (row * 977) / 100],
  ['fractions', 0, (row) => row / 7],
  ['fractions that are taken for decimals', 1, (row) => row / 7],
])('holds as many values as a dictionary page of 1 MiB: %s', (_, decimals, valueOf) => {
  const values = Float64Array.from({ length: 3 * most }, (_, row) => valueOf(row % most))
  kernels.clear(decimals)
  expectSame(lookUpAll(values, {}), lookUpPlainly(values))
  expect(kernels.differentCount.value).toBe(most)
  expect(kernels.mostDifferent.value).toBe(most)

  page.doubles().set([values[0]!, 0.123456789, values[1]!])
  expect(kernels.lookUp(0, 3, most)).toBe(1)
  expect(kernels.differentCount.value).toBe(most)
})

test('is empty once cleared, of zeros and NaN too', () => {
  for (const decimals of scales) {
    kernels.clear(decimals)
    lookUpAll(Float64Array.of(1, 0, NaN, 2), {})
    // Many slots, and values that turn out not to be decimals.
    lookUpAll(
      Float64Array.from({ length: 60_000 }, (_, row) => row * 2 ** 40),
      {},
    )
    kernels.clear(decimals)
    expect(page.dictionary()).toHaveLength(0)
    const { indexes, different } = lookUpAll(Float64Array.of(2, -0, 1, 2, NaN), {})
    expectSameBits(different, Float64Array.of(2, -0, 1, NaN))
    expect([...indexes]).toEqual([0, 1, 2, 0, 3])
  }
})

test.each<[string, (index: number) => number]>([
  ['differ only in their exponents', (index) => 2 ** (index - 1000)],
  ['differ only in their highest bits', (index) => (index - 1000) * 2 ** 40],
  ['differ only in their lowest bits', (index) => 1 + index * 2 ** -52],
  ['are sevenths', (index) => index / 7],
  ['are floats of 32 bits', (index) => Math.fround(20 + index / 48)],
])('values that %s seldom share a slot', (_, valueOf) => {
  const page = new PageKernels()
  const { kernels } = page
  page.doubles().set(Float64Array.from({ length: pageRows }, (_, row) => valueOf(row % 2000)))
  kernels.clear(0)
  kernels.lookUp(0, pageRows, most)
  // At least half of the slots are free. If most values had the same few slots, each would collide dozens of times.
  expect(kernels.collisions.value).toBeLessThan(2 * pageRows)
})
