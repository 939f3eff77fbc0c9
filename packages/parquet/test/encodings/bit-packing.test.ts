import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PageKernels } from '../../src/encodings/page-kernels.js'

const page = new PageKernels()
const groupValues = 8

/** Packs the groups of 8 that begin at row `from`. Bytes that are not written to are 0xff. */
function bitPack(values: Uint32Array, { from = 0, width = 0 }): { bytes: Uint8Array; after: Uint8Array } {
  page.reuse()
  page.indexes().set(values)
  const packed = page.encode((kernels, at) => {
    new Uint8Array(kernels.memory.buffer, at).fill(0xff)
    const groups = (values.length - from) / groupValues
    return kernels.bitPack(kernels.indexes.value + 4 * from, groups, width, at)
  })
  const { start, end } = packed
  return { bytes: page.encoded({ start, end }), after: page.encoded({ start: end, end: end + 16 }) }
}

function expectUnpacked(bytes: Uint8Array, values: Uint32Array, width: number): void {
  expect(bytes).toHaveLength((values.length * width) / 8)
  const bits = Array.from(bytes, (byte) => [...byte.toString(2).padStart(8, '0')].reverse().join('')).join('')
  const unpacked = Uint32Array.from(values, (_, row) => {
    const value = bits.slice(row * width, (row + 1) * width)
    return parseInt([...value].reverse().join('') || '0', 2)
  })
  expect(Buffer.compare(Buffer.from(unpacked.buffer), Buffer.from(values.slice().buffer))).toBe(0)
}

const widths = Array.from({ length: 32 }, (_, width) => width)

test('packs bits lowest first, as in the example of Parquet’s Encodings.md', () => {
  // The numbers 0 to 7 in 3 bits each: 10001000 11000110 11111010.
  const { bytes } = bitPack(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), { width: 3 })
  expect([...bytes]).toEqual([0b10001000, 0b11000110, 0b11111010])
})

test.each(widths)('packs values in %i bits that unpack to the same values', (width) => {
  const group = fc.array(fc.nat(2 ** 31 - 1), { minLength: groupValues, maxLength: groupValues })
  fc.assert(
    fc.property(fc.array(group, { maxLength: 40 }), fc.nat(3), (groups, from) => {
      const any = [...Array.from({ length: from }, () => 0), ...groups.flat()]
      const values = Uint32Array.from(any, (value) => (width === 0 ? 0 : value >>> (31 - width)))
      const { bytes, after } = bitPack(values, { from, width })
      expectUnpacked(bytes, values.subarray(from), width)
      expect([...after.subarray(8)]).toEqual(new Array(8).fill(0xff))
    }),
  )
})

test.each(widths)('packs a page of the greatest values of %i bits', (width) => {
  const values = new Uint32Array(page.kernels.pageRows.value).fill(2 ** width - 1)
  const { bytes, after } = bitPack(values, { width })
  expect(bytes).toHaveLength((values.length / 8) * width)
  expect(bytes.every((byte) => byte === 0xff)).toBe(true)
  expect([...after.subarray(8)]).toEqual(new Array(8).fill(0xff))
})

test('packs no groups in no bytes', () => {
  expect(bitPack(new Uint32Array(0), { width: 7 }).bytes).toHaveLength(0)
})
