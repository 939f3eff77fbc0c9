import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowOrder } from '../src/row-order.js'
import { compareRows, type KeyColumn } from '../src/sort-keys.js'

const keysOf = (columns: KeyColumn[], rowCount: number) => ({ rowCount, days: [], columns })

// Words that differ in one digit of the radix sort, only in its last bit, or not at all.
const anyWord = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 11 - 1, 2 ** 11, 2 ** 22, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
)
const anyText = fc.constantFrom(
  '',
  'a',
  'b',
  'ab',
  '\uFFFF',
  '\u{10000}',
  'a'.repeat(16_384),
  'a'.repeat(16_383) + 'b',
)

test('orders rows by their keys, ties in order of arrival', () => {
  const anyRow = fc.record({ word: anyWord, text: anyText, lastWord: anyWord })
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 300 }), (rows) => {
      const columns = [
        Uint32Array.from(rows, ({ word }) => word % 3),
        rows.map(({ text }) => text),
        Uint32Array.from(rows, ({ lastWord }) => lastWord),
      ]
      const keys = keysOf(columns, rows.length)
      const arrived = rows.map((_, row) => row)
      const expected = arrived.toSorted((row, other) => compareRows(keys, row, keys, other))
      expect([...(rowOrder(keys) ?? arrived)]).toEqual(expected)
    }),
  )
})

test('gives no order for rows that are in order', () => {
  expect(rowOrder(keysOf([Uint32Array.of(1, 2, 2, 3)], 4))).toBeUndefined()
  expect(rowOrder(keysOf([], 4))).toBeUndefined()
  expect(rowOrder(keysOf([Uint32Array.of(1, 2, 3, 2)], 4))).toEqual(Uint32Array.of(0, 1, 3, 2))
})

// V8 hashes texts of more than 16,383 characters by their length alone: in a Map they would take a minute.
test('orders long texts of one length in little time', { timeout: 10_000 }, () => {
  const stem = 'x'.repeat(16_384)
  const texts = Array.from(
    { length: 3_000 },
    (_, row) => `${stem}${String((row * 7919) % 3_000).padStart(5, '0')}`,
  )
  const order = rowOrder(keysOf([texts], texts.length))
  const sorted = Array.from(order ?? [], (row) => texts[row]!.slice(-5))
  expect(sorted).toEqual(sorted.toSorted())
  expect(new Set(sorted).size).toBe(3_000)
})
