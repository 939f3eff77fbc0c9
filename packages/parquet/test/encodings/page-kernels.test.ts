import { expect, test } from 'vitest'
import { decodeIndexes, hybridDecode } from '../../src/encodings/hybrid-encoding.js'
import { type EncodedRange, PageKernels } from '../../src/encodings/page-kernels.js'
import { pageRows } from '../../src/encodings/value-encoder.js'

const mostPageBytes = 131_072

const indexesOf = (seed: number, count = pageRows) =>
  Uint32Array.from({ length: count }, (_, row) => Math.imul(row + seed, 0x9e3779b1) >>> 1)

function encodeIndexes(page: PageKernels, indexes: Uint32Array): EncodedRange {
  page.indexes().set(indexes)
  return page.encode((kernels, at) => kernels.encodeIndexes(indexes.length, at))
}

function expectIndexes(page: PageKernels, range: EncodedRange, indexes: Uint32Array): void {
  const decoded = decodeIndexes(page.encoded(range), indexes.length)
  expect(Buffer.compare(Buffer.from(decoded.buffer), Buffer.from(indexes.buffer))).toBe(0)
}

test('the memory has room for the values of a page', () => {
  expect(new PageKernels().kernels.pageRows.value).toBe(pageRows)
})

test('encoded pages keep their bytes when the memory grows', () => {
  const page = new PageKernels()
  const before = page.kernels.memory.buffer.byteLength
  const kept = Array.from({ length: 60 }, (_, seed) => encodeIndexes(page, indexesOf(seed)))
  expect(page.kernels.memory.buffer.byteLength).toBeGreaterThan(before + 60 * 31 * (pageRows / 8))
  kept.forEach((encoded, seed) => expectIndexes(page, encoded, indexesOf(seed)))
  // Pages lie one after another, without gaps.
  expect(kept.slice(1).map(({ start }) => start)).toEqual(kept.slice(0, -1).map(({ end }) => end))
})

test('the memory grows before a page is encoded', () => {
  const page = new PageKernels()
  for (let pages = 0; pages < 200; pages++) {
    page.encode(({ memory }, at) => {
      expect(memory.buffer.byteLength - at).toBeGreaterThanOrEqual(mostPageBytes)
      return at + 1000 * pages
    })
  }
})

test('values, indexes and the dictionary survive growth, and encoding changes none of them', () => {
  const page = new PageKernels()
  const { kernels } = page
  const values = Float64Array.from({ length: pageRows }, (_, row) => row / 7)
  kernels.clear(0)
  page.doubles().set(values)
  expect(kernels.lookUp(0, pageRows, pageRows)).toBe(pageRows)
  // The last group of 8 extends beyond the page's last index.
  for (let pages = 0; pages < 20; pages++)
    page.encode((kernels, at) => kernels.encodeIndexes(pageRows - (pages % 9), at))
  expect(page.indexes().slice(0, pageRows - 8)).toEqual(Uint32Array.from(values.keys()).slice(0, -8))
  expect(page.doubles()).toEqual(values)
  expect(page.dictionary()).toEqual(values)
})

test('reuse starts over in the same memory', () => {
  const page = new PageKernels()
  const first = Array.from({ length: 20 }, (_, seed) => encodeIndexes(page, indexesOf(seed)))
  const grown = page.kernels.memory.buffer.byteLength
  page.reuse()
  const second = Array.from({ length: 20 }, (_, seed) => encodeIndexes(page, indexesOf(seed + 100)))
  expect(second).toEqual(first)
  expect(page.kernels.memory.buffer.byteLength).toBe(grown)
  second.forEach((encoded, seed) => expectIndexes(page, encoded, indexesOf(seed + 100)))
})

test('a page left to another encoder takes no space', () => {
  const page = new PageKernels()
  const first = encodeIndexes(page, indexesOf(1))
  page.integers().set([0n, 2n ** 60n])
  expect(page.tryEncode((kernels, at) => kernels.deltaBinaryPack(2, at))).toBeUndefined()
  const second = encodeIndexes(page, indexesOf(2))
  expect(second.start).toBe(first.end)
  expectIndexes(page, first, indexesOf(1))
})

test('two instances share nothing', () => {
  const [one, other] = [new PageKernels(), new PageKernels()]
  const pages = [one, other]
  pages.forEach(({ kernels }) => kernels.clear(100))
  pages.forEach((page, at) => page.doubles().set([1 + at, 2, NaN]))
  expect(pages.map(({ kernels }) => kernels.lookUp(0, 2, 100))).toEqual([2, 2])
  expect(pages.map((page) => [...page.dictionary()])).toEqual([[1, 2], [2]])
  one.kernels.scan(3)
  expect(pages.map(({ kernels }) => kernels.nanCount.value)).toEqual([1, 0])

  const encoded = pages.map((page, seed) => encodeIndexes(page, indexesOf(seed)))
  expect(encoded[0]).toEqual(encoded[1])
  pages.forEach((page, seed) => expectIndexes(page, encoded[seed] as EncodedRange, indexesOf(seed)))
  one.reuse()
  expect(encodeIndexes(other, indexesOf(5)).start).toBe(encoded[1]!.end)
})

// Untouched memory takes no physical memory.
test.each([
  ['across 2 GiB', 2 ** 31 - 40_000],
  ['above 2 GiB', 2 ** 31 + 5],
  ['above 3 GiB', 3 * 2 ** 30 + 12_345],
])('pages %s have the same bytes as at the first addresses', (_, address) => {
  const [low, high] = [new PageKernels(), new PageKernels()]
  high.encode(() => address)
  const expectSame = (fill: (page: PageKernels) => void, encode: Parameters<PageKernels['encode']>[0]) => {
    const [expected, found] = [low, high].map((page) => {
      fill(page)
      const range = page.encode(encode)
      expect(range.end).toBeGreaterThan(range.start)
      return page.encoded(range)
    })
    expect(Buffer.compare(found as Uint8Array, expected as Uint8Array)).toBe(0)
    return found as Uint8Array
  }
  const indexes = indexesOf(7)
  const encoded = expectSame(
    (page) => page.indexes().set(indexes),
    (kernels, at) => kernels.encodeIndexes(pageRows, at),
  )
  expect(encoded.byteOffset).toBe(address)
  expectSame(
    (page) => page.indexes().set(indexes.map((index) => index & 1)),
    (kernels, at) => kernels.hybridEncode(pageRows, 1, at),
  )
  expectSame(
    (page) => page.integers().set(BigInt64Array.from(indexes, (index) => BigInt(index >>> 1))),
    (kernels, at) => kernels.deltaBinaryPack(pageRows, at),
  )
  const packed = expectSame(
    (page) => page.indexes().set(indexes),
    (kernels, at) => kernels.bitPack(kernels.indexes.value, pageRows / 8, 31, at),
  )
  const header = Uint8Array.of(0x89, 0x27) // 2500 groups
  expect(hybridDecode(Buffer.concat([header, packed]), 31, pageRows)).toEqual(indexes)
})

test('refuses a page that does not fit below 4 GiB', () => {
  const page = new PageKernels()
  page.encode(() => 2 ** 32 - mostPageBytes + 1)
  expect(() => page.encode((_, at) => at + 1)).toThrow(RangeError)
})
