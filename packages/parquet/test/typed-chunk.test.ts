import { type Batch, defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { schemaElements } from '../src/element.js'
import { createdBy, encodeParquet } from '../src/index.js'
import { bytesOf } from './read-back.js'

const readings = defineTable({
  name: 'readings',
  columns: { time: { type: 'timestamp' }, value: { type: 'double' } },
})

/** The same file, written by hyparquet-writer alone. */
function writtenByLibrary({ rowCount, columns }: Batch<typeof readings>): Uint8Array {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: schemaElements(readings),
    codec: 'UNCOMPRESSED',
    createdBy,
  })
  const isPlain = columns.value.some((value) => Object.is(value, -0)) // its dictionaries take 0 and −0 for one
  const columnData = [
    { name: 'time', data: columns.time, encoding: 'DELTA_BINARY_PACKED' as const },
    { name: 'value', data: columns.value, ...(isPlain && { encoding: 'PLAIN' as const }) },
  ]
  if (rowCount > 0) void parquet.write({ columnData, rowGroupSize: rowCount })
  void parquet.finish()
  return new Uint8Array(writer.getBytes())
}

const batchOf = (times: readonly bigint[], values: readonly number[]): Batch<typeof readings> => ({
  rowCount: times.length,
  columns: { time: BigInt64Array.from(times), value: Float64Array.from(values) },
})
const expectSame = (batch: Batch<typeof readings>) =>
  expect(Buffer.compare(bytesOf(encodeParquet(readings, [batch])), writtenByLibrary(batch))).toBe(0)

const anyTime = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const anyDouble = fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, 2.5), fc.double())
const few = fc.array(anyDouble, { minLength: 1, maxLength: 3 })

test('the bytes are those of hyparquet-writer, whatever the values', () => {
  const row = fc.tuple(anyTime, anyDouble)
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
      expectSame(
        batchOf(
          rows.map(([time]) => time),
          rows.map(([, value]) => value),
        ),
      )
    }),
    { numRuns: 300 },
  )
})

test('so they are where values recur and a dictionary pays, or nearly', () => {
  fc.assert(
    fc.property(
      few,
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 900 }),
      (some, rows, different) => {
        const values = Array.from({ length: rows }, (_, row) =>
          row % 3 === 0 ? (some[row % some.length] as number) : row % different,
        )
        expectSame(
          batchOf(
            values.map((_, row) => BigInt(row * row)),
            values,
          ),
        )
      },
    ),
    { numRuns: 200 },
  )
})

test.each([
  ['of one value', 300_000, () => 42],
  ['of a few', 300_000, (row: number) => row % 7],
  ['of many', 300_000, (row: number) => (row * 7919) % 100_003],
  ['all different', 300_000, (row: number) => row / 3],
  ['of NaN alone', 1000, () => NaN],
  ['of infinities', 1000, (row: number) => (row % 2 === 0 ? Infinity : -Infinity)],
])('so they are for several pages, a column %s', (_, rows, valueOf) => {
  const values = Array.from({ length: rows }, (_, row) => valueOf(row))
  expectSame(
    batchOf(
      values.map((_, row) => 1_767_225_600_000_000n + BigInt(row) * 1_000_000n),
      values,
    ),
  )
})

const named = defineTable({ name: 'named', columns: { name: { type: 'varchar' } } })

function expectSameTexts(texts: string[]): void {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: schemaElements(named),
    codec: 'UNCOMPRESSED',
    createdBy,
  })
  void parquet.write({ columnData: [{ name: 'name', data: texts }], rowGroupSize: texts.length })
  void parquet.finish()
  const batch: Batch<typeof named> = { rowCount: texts.length, columns: { name: texts } }
  expect(Buffer.compare(bytesOf(encodeParquet(named, [batch])), new Uint8Array(writer.getBytes()))).toBe(0)
}

test('so they are for texts, whether they recur or not', () => {
  const text = fc.oneof(
    fc.constantFrom('', 'a', 'pump-0001', '\u{1F600}', '\u{FFFD}', '\u{E000}'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 60 }),
      (texts, times) => {
        expectSameTexts(Array.from({ length: times }, () => texts).flat())
      },
    ),
    { numRuns: 300 },
  )
})

test.each([1, 3, 1000, 200_000, 400_000])(
  'so they are for several pages of texts, %i of them different',
  (different) => {
    expectSameTexts(Array.from({ length: 400_000 }, (_, row) => `device ${(row * 7919) % different}`))
  },
)

test('NaN of any bits is one value', () => {
  const bits = BigUint64Array.from({ length: 100 }, (_, row) => 0x7ff8000000000000n + BigInt(row))
  const batch = {
    ...batchOf(
      Array.from({ length: 100 }, () => 0n),
      [],
    ),
    columns: { time: new BigInt64Array(100), value: new Float64Array(bits.buffer) },
  }
  expectSame(batch)
})

test('a batch may be a part of larger arrays', () => {
  const time = BigInt64Array.from({ length: 50 }, (_, row) => BigInt(row)).subarray(7, 37)
  const value = Float64Array.from({ length: 50 }, (_, row) => row % 5).subarray(7, 37)
  expectSame({ rowCount: 30, columns: { time, value } })
})
