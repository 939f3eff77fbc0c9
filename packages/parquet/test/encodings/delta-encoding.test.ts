import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack as packedByLibrary } from 'hyparquet-writer/src/delta.js'
import { expect, test } from 'vitest'
import { PageKernels } from '../../src/encodings/page-kernels.js'

const page = new PageKernels()
const { kernels } = page
const blockValues = 128
const pageRows = 20_000
const mostPageBytes = 131_072

/** The bytes of a page; undefined when the kernel leaves it to the library. */
function encode(values: BigInt64Array): Uint8Array | undefined {
  page.reuse()
  page.integers().set(values)
  const encoded = page.tryEncode((kernels, at) => kernels.deltaBinaryPack(values.length, at))
  return encoded && page.encoded(encoded)
}

function bytesOfLibrary(values: BigInt64Array): Uint8Array {
  const writer = new ByteWriter()
  packedByLibrary(writer, values, 'INT64')
  return writer.getBytes()
}

function spread(values: readonly bigint[]): bigint {
  let least = values[0] ?? 0n
  let greatest = least
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return greatest - least
}

function isLeft(values: BigInt64Array): boolean {
  const all = [...values]
  if (spread(all) >= 2n ** 52n) return true
  const deltas = all.slice(1).map((value, row) => value - (all[row] as bigint))
  return deltas.some(
    (_, row) => row % blockValues === 0 && spread(deltas.slice(row, row + blockValues)) >= 2n ** 31n,
  )
}

/** Expects the library's bytes, unless the page is left to the library, and the right bounds in any case. */
function expectRight(values: BigInt64Array): void {
  const found = encode(values)
  const bounds = [kernels.leastTime.value, kernels.greatestTime.value]
  const sorted = values.slice().sort()
  expect(bounds).toEqual([sorted[0], sorted.at(-1)])
  expect(found === undefined).toBe(isLeft(values))
  if (found) expect(Buffer.compare(found, bytesOfLibrary(values))).toBe(0)
}

/** Values that start at `first` and go on by steps, each step taken `times` times in a row. */
function walk(first: bigint, steps: readonly bigint[], times = 1): BigInt64Array {
  const values = [first]
  for (const step of steps) {
    for (let i = 0; i < times && values.length < pageRows; i++) {
      values.push(BigInt.asIntN(64, (values.at(-1) as bigint) + step))
    }
  }
  return BigInt64Array.from(values)
}

const start = 1_767_225_600_000_000n
const [leastInteger, greatestInteger] = [-(2n ** 63n), 2n ** 63n - 1n]

test('regular readings take a few bytes per block', () => {
  const values = BigInt64Array.from({ length: pageRows }, (_, row) => start + BigInt(row) * 1_000_000n)
  expectRight(values)
  expect(encode(values)!.byteLength).toBeLessThan(0.06 * pageRows)
})

test('writes the bytes of hyparquet-writer: any start, steps of either sign, blocks of any length', () => {
  const steps = fc.oneof(
    fc.constantFrom(0n, 1n, -1n, 1_000_000n, 2n ** 30n, -(2n ** 30n)),
    fc.bigInt({ min: -(2n ** 29n), max: 2n ** 29n }),
  )
  fc.assert(
    fc.property(
      fc.bigInt({ min: leastInteger, max: greatestInteger }),
      fc.array(steps, { maxLength: 300 }),
      fc.constantFrom(1, 130),
      (first, all, times) => expectRight(walk(first, all, times)),
    ),
    { numRuns: 200 },
  )
})

test('covers the whole range of numbers, and differences of more than 64 bits', () => {
  const value = fc.oneof(
    fc.constantFrom(leastInteger, leastInteger + 1n, -1n, 0n, 1n, greatestInteger - 1n, greatestInteger),
    fc.bigInt({ min: leastInteger, max: greatestInteger }),
  )
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (values) =>
      expectRight(BigInt64Array.from(values)),
    ),
    { numRuns: 500 },
  )
})

test('covers pages with a spread just below and just above 2^52', () => {
  const offset = fc.oneof(
    fc.constantFrom(0n, 1n, 2n ** 52n - 1n, 2n ** 52n, 2n ** 52n - 2n),
    fc.bigInt({ min: 0n, max: 2n ** 52n }),
  )
  fc.assert(
    fc.property(
      fc.bigInt({ min: leastInteger, max: greatestInteger - 2n ** 52n }),
      fc.array(offset, { minLength: 1, maxLength: 4 }),
      (least, offsets) => expectRight(BigInt64Array.from(offsets, (offset) => least + offset)),
    ),
    { numRuns: 500 },
  )
})

test('covers blocks whose deltas spread just below and just above 2^31, of any sign', () => {
  const adjusted = fc.oneof(
    fc.constantFrom(0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n),
    fc.bigInt({ min: 0n, max: 2n ** 31n }),
  )
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -(2n ** 43n), max: 2n ** 43n }),
      fc.array(adjusted, { maxLength: 300 }),
      (first, smallest, all) =>
        expectRight(
          walk(
            first,
            all.map((delta) => smallest + delta),
          ),
        ),
    ),
    { numRuns: 500 },
  )
})

test('distinguishes steps with the same low 32 bits', () => {
  const steps = fc.constantFrom(
    1n,
    -1n,
    2n ** 32n - 1n,
    1n - 2n ** 32n,
    2n ** 32n,
    -(2n ** 32n),
    2n ** 32n + 1n,
  )
  fc.assert(
    fc.property(fc.constantFrom(0n, 5n * 2n ** 32n), fc.array(steps, { maxLength: 6 }), (first, all) =>
      expectRight(walk(first, all)),
    ),
    { numRuns: 1000 },
  )
})

test('covers times that cross a 32-bit boundary, and the year 1970', () => {
  for (const first of [2n ** 32n - 5n, -5n, -(2n ** 32n) - 5n, 0n]) {
    expectRight(BigInt64Array.from({ length: 300 }, (_, row) => first + BigInt(row)))
    expectRight(BigInt64Array.from({ length: 300 }, (_, row) => first - BigInt(row * row)))
  }
})

test('covers a single value, and the ends of blocks and of the page', () => {
  for (const length of [1, 2, 32, 33, 34, 128, 129, 130, 257, pageRows - 1, pageRows]) {
    expectRight(BigInt64Array.from({ length }, (_, row) => start + BigInt((row * 7919) % 4001)))
    expectRight(BigInt64Array.from({ length }, () => greatestInteger))
  }
})

test.each<[string, bigint[]]>([
  ['neighbours at both ends of the range', [leastInteger, greatestInteger]],
  ['neighbours whose difference wraps around to 1', [greatestInteger, leastInteger]],
  ['a step of 2^52', [0n, 2n ** 52n]],
  ['a page that spreads 2^52', [5n, 2n ** 51n, 2n ** 52n + 5n]],
  ['deltas that spread 2^31', [0n, 2n ** 31n, 2n ** 31n]],
  ['deltas that spread 2^31 only in the last block', [...new Array<bigint>(200).fill(0n), 2n ** 31n]],
  ['many steps that lead far away', Array.from({ length: 300 }, (_, row) => BigInt(row) * 2n ** 51n)],
  ['the same step again and again, past the greatest number', [...walk(greatestInteger - 5n, [3n], 200)]],
  ['the same step again and again, past the least number', [...walk(leastInteger + 600n, [-7n], 128)]],
  ['the same wide step, which wraps around all numbers', [...walk(1n, [2n ** 62n], 128)]],
  ['the widest step there is', [...walk(1n, [leastInteger], 256)]],
  ['the same step of 2^52', [...walk(0n, [2n ** 52n], 3)]],
])('left to the library: %s', (_, values) => {
  expect(encode(BigInt64Array.from(values))).toBeUndefined()
  expectRight(BigInt64Array.from(values))
})

test.each<[string, bigint[]]>([
  ['a step of 2^52 − 1', [0n, 2n ** 52n - 1n]],
  ['deltas that spread 2^31 − 1', [0n, 2n ** 31n - 1n, 2n ** 31n - 1n]],
  ['the same step, down and up again', [...walk(0n, [-5n, 5n], 128)]],
  ['deltas that spread more, but in two blocks', [...new Array<bigint>(129).fill(0n), 2n ** 40n]],
])('encoded: %s', (_, values) => {
  expect(encode(BigInt64Array.from(values))).toBeDefined()
  expectRight(BigInt64Array.from(values))
})

test('a page fits in the room for a page, however wide the deltas', () => {
  const steps = [2n ** 30n, 1n - 2n ** 30n]
  const values = walk(
    start,
    Array.from({ length: pageRows - 1 }, (_, row) => steps[row % 2] as bigint),
  )
  expect(values).toHaveLength(pageRows)
  expectRight(values)
  const { byteLength } = encode(values) as Uint8Array
  // All deltas have the full width of 31 bits.
  expect(byteLength).toBeGreaterThan(Math.ceil(pageRows / blockValues) * 4 * 4 * 31)
  expect(byteLength).toBeLessThanOrEqual(mostPageBytes)
})
