import { type Batch, defineTable } from '@minilake/schema'
import { parquetMetadata, parquetRead } from 'hyparquet'
import { parquetReadColumn } from 'hyparquet/src/read.js'
import { expect, test } from 'vitest'
import { doubleValues } from '../../src/encodings/double-values.js'
import { type EncodeOptions, encodeParquet } from '../../src/index.js'
import { snappy } from '../../src/snappy.js'
import { bytesOf, fileOf } from '../read-back.js'

const gauge = defineTable({
  name: 'gauge',
  columns: { level: { type: 'double' }, depth: { type: 'double', nullable: true } },
})

const rowGroupRows = 160_000 // eight pages

// The values of each row group by row. Pages have 20,000 rows.
const groups: readonly ((row: number) => number)[] = [
  // The dictionary is given up at the 32,768th row, in the middle of the second page.
  (row) => row / 7,
  (row) => (row % 977) / 100,
  // Given up shortly after the 130,000th row, in the middle of the seventh page: six pages are dictionary-encoded by then.
  (row) => (row < 70_000 ? (row % 5000) / 100 : row / 7),
  (row) => ((row * 7919) % 4001) / 1000,
  // Given up when the row group is complete: every value comes twice, so a dictionary saves less than a quarter.
  (row) => Math.floor(row / 2) / 7,
  (row) => row % 3,
]
const encodings = ['values', 'RLE_DICTIONARY', 'values', 'RLE_DICTIONARY', 'values', 'RLE_DICTIONARY']

const levels = Float64Array.from({ length: groups.length * rowGroupRows }, (_, at) => {
  const row = at % rowGroupRows
  if (row % 1000 >= 998) return NaN
  if (row % 1000 >= 996) return -0
  return groups[Math.floor(at / rowGroupRows)]!(row)
})
const isNull = (row: number) => row % 14 === 4 || row % 14 === 5
const mask = Uint8Array.from(levels, (_, row) => Number(isNull(row % rowGroupRows)))

function* batchesOf(batchRows: number): Generator<Batch<typeof gauge>> {
  for (let start = 0; start < levels.length; start += batchRows) {
    const level = levels.slice(start, start + batchRows)
    const nulls = { depth: mask.slice(start, start + batchRows) }
    yield { rowCount: level.length, columns: { level, depth: level }, nulls }
  }
}

const bytesOfDoubles = (values: ArrayLike<number>) => Buffer.from(Float64Array.from(values).buffer)

test.each<[string, EncodeOptions, string]>([
  ['PLAIN', {}, 'PLAIN'],
  ['BYTE_STREAM_SPLIT', { codec: snappy }, 'BYTE_STREAM_SPLIT'],
])(
  'row groups that alternate between %s and a dictionary read back bit by bit, wherever the dictionary was given up',
  async (_, options, plain) => {
    const bytes = bytesOf(encodeParquet(gauge, batchesOf(8640), { ...options, rowGroupRows }))
    const { row_groups } = parquetMetadata(bytes.buffer)
    const expected = encodings.map((encoding) => (encoding === 'values' ? plain : encoding))
    for (const column of [0, 1])
      expect(row_groups.map(({ columns }) => columns[column]!.meta_data!.encodings.at(-1))).toEqual(expected)

    const read = async (name: string) =>
      Array.from(await parquetReadColumn({ file: fileOf(bytes), columns: [name] })) as (number | null)[]
    const level = await read('level')
    expect(Buffer.compare(bytesOfDoubles(level as number[]), Buffer.from(levels.buffer))).toBe(0)

    const depth = await read('depth')
    expect(depth.findIndex((value, row) => (value == null) !== (mask[row] === 1))).toBe(-1)
    const present = depth.filter((value) => value != null)
    const given = levels.filter((_, row) => mask[row] === 0)
    expect(Buffer.compare(bytesOfDoubles(present), Buffer.from(given.buffer))).toBe(0)
  },
)

const pageRows = 20_000

/** The size of a column chunk's dictionary; undefined when it was given up. */
function dictionarySize(valueCount: number, valueOf: (row: number) => number, batchRows: number) {
  const encoder = doubleValues({ isCompressed: false })
  const values = Float64Array.from({ length: valueCount }, (_, row) => valueOf(row))
  for (let page = 0; page < valueCount; page += pageRows) {
    const end = Math.min(page + pageRows, valueCount)
    for (let start = page; start < end; start += batchRows)
      encoder.add(values.subarray(start, Math.min(start + batchRows, end)))
    encoder.endPage(0)
  }
  return encoder.finish().dictionary?.valueCount
}

test.each<{ name: string; rows: number; valueOf: (row: number) => number; size: number | undefined }>([
  {
    name: '32,768 distinct values at first',
    rows: 400_000,
    valueOf: (row) => (row < 32_768 ? row : row % 9) / 7,
    size: 32_768,
  },
  {
    name: '32,769 distinct values at first',
    rows: 400_000,
    valueOf: (row) => (row < 32_769 ? row : row % 9) / 7,
    size: undefined,
  },
  {
    name: 'one more than half of 65,535 values',
    rows: 400_000,
    valueOf: (row) => (row < 32_768 || row === 65_535 ? row : row % 9) / 7,
    size: undefined,
  },
  {
    name: 'one more than half of 65,536 values, of which half differ',
    rows: 400_000,
    valueOf: (row) => (row < 32_768 || row === 65_536 ? row : row % 9) / 7,
    size: 32_769,
  },
  {
    name: 'many distinct values at first that recur later',
    rows: 300_000,
    valueOf: (row) => (row % 140_000) / 10,
    size: undefined,
  },
  {
    name: 'as many distinct values as a page of 1 MiB holds',
    rows: 3 * 131_072,
    valueOf: (row) => Math.floor(row / 3) / 10,
    size: 131_072,
  },
  {
    name: 'one more than a page of 1 MiB holds',
    rows: 3 * 131_072 + 1,
    valueOf: (row) => Math.floor(row / 3) / 10,
    size: undefined,
  },
])('gives a dictionary up at the same value, however batches are cut: $name', (chunk) => {
  for (const batchRows of [1000, 8192, pageRows])
    expect(dictionarySize(chunk.rows, chunk.valueOf, batchRows)).toBe(chunk.size)
})

test('encodes every chunk as if it were the first, even after a chunk of nulls', () => {
  const encoder = doubleValues({ isCompressed: false })
  const encode = (values: number[]) => {
    encoder.add(Float64Array.from(values))
    encoder.endPage(0)
    const { encoding, dictionary, pages } = encoder.finish()
    const bytes = dictionary && Array.from(dictionary.bytes)
    return { encoding, bytes, pages: Array.from(pages, ({ values }) => [...values]) }
  }
  const first = encode([1, 2, ...new Array<number>(100).fill(1)])
  expect(first.encoding).toBe('RLE_DICTIONARY')
  expect(encode([])).toEqual({ encoding: 'PLAIN', bytes: undefined, pages: [[]] })
  expect(encode([1 / 3])).toMatchObject({ encoding: 'PLAIN' })
  expect(encode([1, 2, ...new Array<number>(100).fill(1)])).toEqual(first)
})

test.each<[string, (row: number) => number, string]>([
  ['a dictionary', (row) => (row % 977) / 100, 'RLE_DICTIONARY'],
  ['PLAIN pages of a dictionary given up in the middle of a page', (row) => row / 7, 'PLAIN'],
])('all NaN are one value, whatever their bits, in %s', async (_, valueOf, encoding) => {
  const nans = [2n ** 64n - 1n, 0x7ff0_0000_0000_0001n, 0xfff8_0000_0000_0000n, 0x7ff8_0000_0000_0000n]
  const isNan = (row: number) => row < 2 || row % 1000 === 999
  const level = Float64Array.from({ length: 60_000 }, (_, row) => valueOf(row))
  const bits = new BigUint64Array(level.buffer)
  for (const row of bits.keys()) if (isNan(row)) bits[row] = nans[row % nans.length]!
  const bytes = bytesOf(
    encodeParquet(defineTable({ name: 'gauge', columns: { level: { type: 'double' } } }), [
      { rowCount: level.length, columns: { level } },
    ]),
  )
  const metadata = parquetMetadata(bytes.buffer)
  expect(metadata.row_groups[0]!.columns[0]!.meta_data!.encodings.at(-1)).toBe(encoding)
  const read: number[] = []
  await parquetRead({
    file: fileOf(bytes),
    metadata,
    onChunk: ({ columnData }) => read.push(...(columnData as Float64Array)),
  })
  expect(bytesOfDoubles(read)).toEqual(bytesOfDoubles(level.map((value, row) => (isNan(row) ? NaN : value))))
})
