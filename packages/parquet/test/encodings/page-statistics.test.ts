import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PageKernels } from '../../src/encodings/page-kernels.js'

const page = new PageKernels()
const { kernels } = page
const pageRows = 20_000

/** Either zero will do as a bound, so `+ 0` turns −0 into 0. */
function scan(values: Float64Array): { least: number; greatest: number; nanCount: number } {
  page.doubles().set(values)
  kernels.scan(values.length)
  return {
    least: kernels.least.value + 0,
    greatest: kernels.greatest.value + 0,
    nanCount: kernels.nanCount.value,
  }
}

function scanPlainly(values: Float64Array): ReturnType<typeof scan> {
  let [least, greatest, nanCount] = [Infinity, -Infinity, 0]
  for (const value of values) {
    if (Number.isNaN(value)) nanCount += 1
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return { least: least + 0, greatest: greatest + 0, nanCount }
}

/** Bits of any double, NaN of either sign and any payload included. */
const bits = fc.oneof(
  fc
    .constantFrom(NaN, NaN, 0, -0, 1, -1, Infinity, -Infinity, 5e-324, 1.7976931348623157e308)
    .map((value) => {
      return new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint
    }),
  fc.constantFrom(2n ** 64n - 1n, 0x7ff0_0000_0000_0001n, 0xfff8_0000_0000_0000n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)

test('finds the bounds and NaN of a plain loop, whatever follows the values in memory', () => {
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 40 }), bits, (all, behind) => {
      page.doubles().set(new Float64Array(BigUint64Array.from({ length: 50 }, () => behind).buffer))
      const values = new Float64Array(BigUint64Array.from(all).buffer)
      expect(scan(values)).toEqual(scanPlainly(values))
    }),
    { numRuns: 2000 },
  )
})

test('gives all NaN of a page the same bits and leaves other values alone', () => {
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 40 }), (all) => {
      const values = new Float64Array(BigUint64Array.from(all).buffer)
      scan(values)
      const page64 = new BigUint64Array(page.doubles().slice(0, all.length).buffer)
      expect([...page64]).toEqual(all.map((each, row) => (Number.isNaN(values[row]) ? 0x7ff8n << 48n : each)))
    }),
  )
})

test.each([
  { name: 'no values', values: [], expected: { least: Infinity, greatest: -Infinity, nanCount: 0 } },
  { name: 'one NaN', values: [NaN], expected: { least: Infinity, greatest: -Infinity, nanCount: 1 } },
  { name: 'all NaN', values: [NaN, NaN], expected: { least: Infinity, greatest: -Infinity, nanCount: 2 } },
  { name: 'a value after NaN', values: [NaN, NaN, 7], expected: { least: 7, greatest: 7, nanCount: 2 } },
  { name: 'NaN after a value', values: [7, NaN, NaN], expected: { least: 7, greatest: 7, nanCount: 2 } },
  {
    name: 'infinities the wrong way round',
    values: [-Infinity, Infinity],
    expected: { least: -Infinity, greatest: Infinity, nanCount: 0 },
  },
  { name: 'only ∞', values: [Infinity], expected: { least: Infinity, greatest: Infinity, nanCount: 0 } },
  { name: 'both zeros', values: [0, -0, 0], expected: { least: 0, greatest: 0, nanCount: 0 } },
])('$name', ({ values, expected }) => {
  expect(scan(Float64Array.from(values))).toEqual(expected)
})

test.each([pageRows - 1, pageRows])('finds extremes and NaN in every row of a page of %i', (length) => {
  const values = new Float64Array(length).fill(1)
  page.doubles().set(values)
  for (let row = 0; row < length; row++) {
    page.doubles()[row] = row % 3 === 0 ? NaN : row % 3 === 1 ? -row : row
    if (row % 977 > 2 && row < length - 3) continue
    kernels.scan(length)
    const expected = scanPlainly(page.doubles().slice(0, length))
    expect({
      least: kernels.least.value,
      greatest: kernels.greatest.value,
      nanCount: kernels.nanCount.value,
    }).toEqual(expected)
  }
})
