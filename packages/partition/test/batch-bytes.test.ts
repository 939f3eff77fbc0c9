import { expect, test } from 'vitest'
import { batchBytes } from '../src/batch-bytes.js'

test('counts the bytes of typed arrays and masks, and 24 bytes and 2 per character for texts', () => {
  const columns = { time: new BigInt64Array(8).subarray(6), flag: new Uint8Array(2), text: ['', 'abc'] }
  expect(batchBytes({ rowCount: 2, columns })).toBe(16 + 2 + 48 + 6)
  expect(batchBytes({ rowCount: 2, columns, nulls: { flag: new Uint8Array(2) } })).toBe(16 + 2 + 48 + 6 + 2)
})

test('counts a null in place of a text as an empty text', () => {
  const text = ['a', undefined, null] as string[]
  expect(batchBytes({ rowCount: 3, columns: { text }, nulls: { text: Uint8Array.of(0, 1, 1) } })).toBe(77)
})
