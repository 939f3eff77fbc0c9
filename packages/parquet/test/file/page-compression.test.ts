import { defineTable, pump } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { readOffsetIndex } from 'hyparquet/src/indexes.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Codec, encodeParquet } from '../../src/index.js'
import { snappy } from '../../src/snappy.js'
import { noisyBatch, pumpBatch } from '../pump-batches.js'
import { bytesOf, type DuckDbReader, openDuckDbReader, readWithHyparquet } from '../read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

describe('compressed pages', () => {
  const rows = pumpBatch(60_000)
  const constant = {
    ...noisyBatch(60_000),
    columns: { ...noisyBatch(60_000).columns, pressure: new Float64Array(60_000) },
  }

  test.each([
    ['a dictionary', rows],
    ['distinct values, split by byte', constant],
  ])('of %s read back unchanged', async (_, batch) => {
    const compressed = bytesOf(encodeParquet(pump, [batch], { codec: snappy }))
    const [group] = parquetMetadata(compressed.buffer).row_groups
    expect(group!.columns.map(({ meta_data }) => meta_data!.codec)).toEqual(Array(4).fill('SNAPPY'))
    expect(group!.total_compressed_size).toBeLessThan(group!.total_byte_size)
    const expected = await duckDb.read(bytesOf(encodeParquet(pump, [batch])))
    expect(await duckDb.read(compressed)).toEqual(expected)
    expect(await readWithHyparquet(compressed)).toEqual(expected)
  })

  const gauge = defineTable({ name: 'gauge', columns: { level: { type: 'double' } } })
  /** Encodes levels. Returns the file, the sizes of what the codec was given, and the sizes of the pages. */
  function encodeLevels(levelOf: (row: number) => number, codec: Codec | undefined) {
    const handed: number[] = []
    const bytes = bytesOf(
      encodeParquet(
        gauge,
        [
          {
            rowCount: 60_000,
            columns: { level: Float64Array.from({ length: 60_000 }, (_, row) => levelOf(row)) },
          },
        ],
        codec && {
          codec: {
            name: codec.name,
            compress(page) {
              handed.push(page.length)
              return codec.compress(page)
            },
          },
        },
      ),
    )
    const [chunk] = parquetMetadata(bytes.buffer).row_groups[0]!.columns
    const { offset_index_offset: start, offset_index_length: length } = chunk!
    const index = bytes.slice(Number(start), Number(start) + length!)
    const { page_locations } = readOffsetIndex({ view: new DataView(index.buffer), offset: 0 })
    return {
      bytes,
      handed,
      pageBytes: page_locations.map(({ compressed_page_size }) => compressed_page_size),
    }
  }

  /** Expects both readers to find the same levels in both files. */
  async function expectReadBack(compressed: Uint8Array, plain: Uint8Array) {
    expect(await readWithHyparquet(compressed)).toEqual(await readWithHyparquet(plain))
    expect(await duckDb.read(compressed)).toEqual(await duckDb.read(plain))
  }
  const repeating = (row: number) => row % 100
  const noisy = (row: number) => ((Math.imul(row, 0x9e3779b1) >>> 16) % 5003) / 100

  test('indexes that do not get smaller stay uncompressed, and only their first page is tried', async () => {
    const plain = encodeLevels(noisy, undefined)
    const { bytes, handed, pageBytes } = encodeLevels(noisy, snappy)
    expect(handed).toHaveLength(2)
    expect(handed[0]).toBe(5003 * 8)
    // The header of an uncompressed page says so in one more byte.
    expect(pageBytes).toEqual(plain.pageBytes.map((size) => size + 1))
    expect(bytes.length).toBeLessThan(plain.bytes.length)
    await expectReadBack(bytes, plain.bytes)
  })

  test.each([
    ['an eighth', 0, 4],
    ['a byte less than an eighth', 1, 2],
  ])('indexes of which the codec saves %s', (_, more, tries) => {
    const compress = (page: Uint8Array) => page.subarray(0, Math.floor((page.length * 7) / 8) + more)
    const { handed } = encodeLevels(noisy, { name: 'SNAPPY', compress })
    expect(handed).toHaveLength(tries)
  })

  test('indexes that repeat are compressed page by page, even after a page of a constant', async () => {
    for (const levelOf of [repeating, (row: number) => (row < 20_000 ? 7 : repeating(row))]) {
      const plain = encodeLevels(levelOf, undefined)
      const { bytes, handed, pageBytes } = encodeLevels(levelOf, snappy)
      expect(handed).toHaveLength(4)
      for (const page of [1, 2]) expect(pageBytes[page]).toBeLessThan(plain.pageBytes[page]! / 5)
      await expectReadBack(bytes, plain.bytes)
    }
  })

  test('indexes are compressed until a page does not pay, and not from there on', async () => {
    const levelOf = (row: number) => (row >= 20_000 && row < 40_000 ? noisy(row) : repeating(row))
    const plain = encodeLevels(levelOf, undefined)
    const { bytes, handed, pageBytes } = encodeLevels(levelOf, snappy)
    expect(handed).toHaveLength(3)
    expect(pageBytes[0]).toBeLessThan(plain.pageBytes[0]! / 5)
    expect(pageBytes.slice(1)).toEqual(plain.pageBytes.slice(1).map((size) => size + 1))
    await expectReadBack(bytes, plain.bytes)
  })

  test('after a page of values that does not get smaller, the next page is tried again', async () => {
    const longer = (page: Uint8Array) => Buffer.concat([page, page])
    const { bytes, handed, pageBytes } = encodeLevels(Math.cbrt, { name: 'SNAPPY', compress: longer })
    expect(handed).toEqual([160_000, 160_000, 160_000])
    const plain = encodeLevels(Math.cbrt, undefined)
    expect(pageBytes).toEqual(plain.pageBytes.map((size) => size + 1))
    await expectReadBack(bytes, plain.bytes)
  })

  test('distinct doubles are split by byte', () => {
    const bytes = bytesOf(encodeParquet(pump, [constant], { codec: snappy }))
    const [group] = parquetMetadata(bytes.buffer).row_groups
    expect(group!.columns.map(({ meta_data }) => meta_data!.encodings.at(-1))).toEqual([
      'DELTA_BINARY_PACKED',
      'RLE_DICTIONARY',
      'BYTE_STREAM_SPLIT',
      'BYTE_STREAM_SPLIT',
    ])
  })
})
