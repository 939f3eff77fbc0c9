import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { expect, test } from 'vitest'
import {
  decodeIndexes,
  encodeIndexes,
  hybridDecode,
  hybridEncode,
} from '../../src/encodings/hybrid-encoding.js'

const pageRows = 20_000
const mostPageBytes = 131_072
/** The library packs with 32-bit arithmetic and loses bits of wider values. The number of bytes it writes is right at any width. */
const widestOfLibrary = 25

function bytesOfLibrary(values: Uint32Array, width: number): Uint8Array {
  const writer = new ByteWriter()
  writeRleBitPackedHybrid(writer, values, width)
  return writer.getBytes()
}

function expectRight(values: Uint32Array, width: number): void {
  const encoded = hybridEncode(values, width)
  const expected = bytesOfLibrary(values, width)
  if (width <= widestOfLibrary) expect(encoded).toEqual(expected)
  expect(encoded).toHaveLength(expected.length)
  expect(hybridDecode(encoded, width, values.length)).toEqual(values)
}

function expectIndexesRight(indexes: Uint32Array): void {
  const greatest = indexes.reduce((a, b) => Math.max(a, b), 0)
  const width = greatest === 0 ? 0 : Math.floor(Math.log2(greatest)) + 1
  const page = encodeIndexes(indexes)
  expect(page[0]).toBe(width)
  expect(page.subarray(1)).toEqual(hybridEncode(indexes, width))
  expect(decodeIndexes(page, indexes.length)).toEqual(indexes)
}

test('encodes a run as a count and a value, and everything else as groups of eight', () => {
  expect([...hybridEncode(new Uint32Array(100).fill(5), 3)]).toEqual([0b1100_1000, 0b1, 5])
  expect([...hybridEncode(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 3)]).toEqual([
    0b11, 0b10001000, 0b11000110, 0b11111010,
  ])
  expect([...hybridEncode(new Uint32Array(9), 0)]).toEqual([18])
  expect([...hybridEncode(new Uint32Array(0), 3)]).toEqual([])
})

test('writes the bit width of the greatest index before the indexes', () => {
  expect([...encodeIndexes(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7))]).toEqual([
    3, 0b11, 0b10001000, 0b11000110, 0b11111010,
  ])
  expect([...encodeIndexes(new Uint32Array(9))]).toEqual([0, 18])
  expect([...encodeIndexes(new Uint32Array(9).fill(2 ** 31 - 1))]).toEqual([31, 18, 255, 255, 255, 127])
  expect([...encodeIndexes(new Uint32Array(0))]).toEqual([0])
})

const run = fc.tuple(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 20 }))
const runs = fc.array(run, { maxLength: 60 })

function valuesOf(runs: readonly [number, number][], width: number): Uint32Array {
  return Uint32Array.from(
    runs.flatMap(([value, times]) => Array.from({ length: times }, () => value & (2 ** width - 1))),
  )
}

test('writes the bytes of hyparquet-writer, whatever the runs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 31 }), runs, (width, runs) => {
      const values = valuesOf(runs, width)
      expectRight(values, width)
      expectIndexesRight(values)
    }),
    { numRuns: 1000 },
  )
})

test('encodes levels of one bit, with runs of any length', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 })
  fc.assert(
    fc.property(lengths, (lengths) => {
      expectRight(Uint32Array.from(lengths.flatMap((times, at) => new Array<number>(times).fill(at % 2))), 1)
    }),
    { numRuns: 300 },
  )
})

test('does not fill a page up with values of the page before it', () => {
  for (const length of [1, 7, 8, 9, 15, 19_985, 19_993, 19_999, pageRows]) {
    hybridEncode(new Uint32Array(pageRows).fill(2 ** 13 - 1), 13)
    expectRight(
      Uint32Array.from({ length }, (_, row) => (row * 7919) % 4099),
      13,
    )
  }
})

test('encodes consecutive groups as one run of groups', () => {
  const values = Uint32Array.from({ length: pageRows - 1 }, (_, row) => (row * 7919) % 4099)
  expectRight(values, 13)
  // A single header of two bytes.
  expect(hybridEncode(values, 13)).toHaveLength(2 + (pageRows / 8) * 13)
})

test.each<[string, (row: number) => number]>([
  ['only groups', (row) => 2 ** 31 - 1 - row],
  ['groups and runs of 8 in turn', (row) => 2 ** 31 - 1 - (row % 16 < 8 ? row : 0)],
  ['runs of 8', (row) => 2 ** 31 - 1 - Math.floor(row / 8)],
  ['runs of 7, which are too short to count', (row) => 2 ** 31 - 1 - Math.floor(row / 7)],
  ['one run', () => 2 ** 31 - 1],
])('a page of 31 bits per value fits in the room for a page: %s', (_, valueAt) => {
  const values = Uint32Array.from({ length: pageRows }, (_, row) => valueAt(row))
  expectRight(values, 31)
  expectIndexesRight(values)
  expect(encodeIndexes(values).length).toBeLessThanOrEqual(mostPageBytes)
})

test('refuses more than a page', () => {
  expect(() => hybridEncode(new Uint32Array(pageRows + 1), 1)).toThrow(RangeError)
  expect(() => encodeIndexes(new Uint32Array(pageRows + 1))).toThrow(RangeError)
})
