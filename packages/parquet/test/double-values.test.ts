import { type Batch, defineTable } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { parquetReadColumn } from 'hyparquet/src/read.js'
import { expect, test } from 'vitest'
import { type EncodeOptions, encodeParquet } from '../src/index.js'
import { snappy } from '../src/snappy.js'
import { bytesOf, fileOf } from './read-back.js'

const gauge = defineTable({
  name: 'gauge',
  columns: { level: { type: 'double' }, depth: { type: 'double', nullable: true } },
})

const rowGroupRows = 160_000 // eight pages

// Each row group, by row within it; pages have 20,000 rows.
const groups: readonly ((row: number) => number)[] = [
  // Given up at the 32,768th row, in the middle of the second page.
  (row) => row / 7,
  (row) => (row % 977) / 100,
  // Given up at the 130,000th row and a few, in the middle of the seventh page: six are dictionary-encoded by then.
  (row) => (row < 70_000 ? (row % 5000) / 100 : row / 7),
  (row) => ((row * 7919) % 4001) / 1000,
  // Given up when the row group is whole: every value comes twice, and a dictionary saves less than a quarter.
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
  'row groups in turns %s and dictionary read back bit by bit, wherever the dictionary was given up',
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
