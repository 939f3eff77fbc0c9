import { deserialize, serialize } from 'node:v8'
import type { Batch } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PackedBatch, packTexts, unpackTexts } from '../src/pack-texts.js'

const batchOf = (texts: string[]): Batch => ({
  rowCount: texts.length,
  columns: { texts, numbers: Int32Array.from(texts, (_, row) => row) },
  nulls: { texts: Uint8Array.from(texts, (text) => (text === '' ? 1 : 0)) },
})

test('packed, written, read and unpacked texts are unchanged', () => {
  const text = fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
      const batch = batchOf(texts)
      expect(unpackTexts(deserialize(serialize(packTexts(batch))) as PackedBatch)).toEqual(batch)
    }),
  )
})

test('packs recurring texts only', () => {
  const recurring = batchOf(Array.from({ length: 1000 }, (_, row) => `pump-${row % 400}`))
  const different = batchOf(Array.from({ length: 1000 }, (_, row) => `pump-${row}`))
  expect(packTexts(recurring).columns.texts).toMatchObject({ texts: { length: 400 } })
  expect(packTexts(different).columns.texts).toBe(different.columns.texts)
  const many = batchOf(Array.from({ length: 140_000 }, (_, row) => `pump-${row % 69_000}`))
  expect(packTexts(many).columns.texts).toBe(many.columns.texts)
})

// V8 hashes texts of more than 16,383 characters by their length alone.
test('leaves columns with long texts as they are', () => {
  const long = batchOf(['x'.repeat(16_384), 'a', 'a', 'a', 'a'])
  expect(packTexts(long).columns.texts).toBe(long.columns.texts)
  const shorter = batchOf(['x'.repeat(16_383), 'a', 'a', 'a', 'a'])
  expect(packTexts(shorter).columns.texts).not.toBe(shorter.columns.texts)
})
