import type { Batch } from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeParquet } from '../src/index.js'
import { anyRows, batchOf, everyType, type StoredValue } from './every-type.js'
import { bytesOf, type DuckDbReader, openDuckDbReader, readWithHyparquet } from './read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

const encode = (batches: Iterable<Batch<typeof everyType>>, rowGroupRows?: number) =>
  bytesOf(encodeParquet(everyType, batches, rowGroupRows === undefined ? {} : { rowGroupRows }))

test('hyparquet and DuckDB read back what was encoded, bit by bit, for every type', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows(everyType), fc.integer({ min: 1, max: 50 }), async (rows, rowGroupRows) => {
      const bytes = encode([batchOf(everyType, rows)], rowGroupRows)
      // toEqual distinguishes 0 from −0 and treats all NaN as equal.
      expect(await readWithHyparquet(bytes)).toEqual(rows)
      expect(await duckDb.read(bytes)).toEqual(rows)
    }),
    { numRuns: 150 },
  )
})

test('the same rows give the same bytes, however they are cut into batches', () => {
  fc.assert(
    fc.property(
      anyRows(everyType),
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 30 }),
      (rows, sizes, rowGroupRows) => {
        const batches: Batch<typeof everyType>[] = []
        let at = 0
        for (const size of [...sizes, rows.length]) {
          batches.push(batchOf(everyType, rows.slice(at, at + size)))
          at += size
        }
        const whole = encode([batchOf(everyType, rows)], rowGroupRows)
        expect(Buffer.compare(encode(batches, rowGroupRows), whole)).toBe(0)
      },
    ),
  )
})

test('a missing null mask gives the same bytes as an all-zero mask', () => {
  fc.assert(
    fc.property(anyRows(everyType), fc.integer({ min: 1, max: 70 }), (rows, rowGroupRows) => {
      const present = rows.map((row) => row.map((value, index) => value ?? (row[index % 8] as StoredValue)))
      const { nulls, ...bare } = batchOf(everyType, present)
      expect(nulls).toBeDefined()
      const masked = encode([batchOf(everyType, present)], rowGroupRows)
      expect(Buffer.compare(encode([bare], rowGroupRows), masked)).toBe(0)
    }),
  )
})

// hyparquet-writer's dictionaries take 0 and −0 for one value.
test.each([
  ['a_double', 2],
  ['a_real', 3],
  ['maybe_double', 10],
  ['maybe_real', 11],
])('%s keeps the signs of zeros that repeat', async (_, index) => {
  const row: StoredValue[] = [0n, 0, 1, 1, 0n, 0, true, '', null, null, 1, 1, null, null, null, null]
  const rows = Array.from({ length: 400 }, (_, at) => row.with(index, at % 2 === 0 ? 0 : -0))
  const bytes = encode([batchOf(everyType, rows)])
  expect(await readWithHyparquet(bytes)).toEqual(rows)
  expect(await duckDb.read(bytes)).toEqual(rows)
})

test('keeps timestamps that jump between both ends of the range', async () => {
  const row: StoredValue[] = [0n, 0, 0, 0, 0n, 0, false, '', 0n, null, null, null, null, null, null, null]
  const ends = [-(2n ** 63n), 2n ** 63n - 1n, -1n, 0n, 1_767_225_600_000_000n]
  const rows = Array.from({ length: 300 }, (_, at) =>
    row.with(0, ends[at % ends.length]!).with(8, ends[(at + 2) % ends.length]!),
  )
  const bytes = encode([batchOf(everyType, rows)])
  expect(await readWithHyparquet(bytes)).toEqual(rows)
  expect(await duckDb.read(bytes)).toEqual(rows)
})
