import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortTexts, wordsPerText } from '../../src/duckdb/short-texts.js'

/** The words that represent a text in DuckDB. A long text has its first 4 bytes and a pointer. */
function wordsOf(text: string): Uint32Array {
  const utf8 = Buffer.from(text)
  const bytes = Buffer.alloc(wordsPerText * 4)
  bytes.writeUInt32LE(utf8.length)
  utf8.copy(bytes, 4, 0, utf8.length <= 12 ? utf8.length : 4)
  return new Uint32Array(new Uint8Array(bytes).buffer)
}

test('finds a short text after it was cached, never a long one, and never a wrong one', () => {
  const texts = shortTexts()
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 14 }), (text) => {
      const words = wordsOf(text)
      const found = texts.find(words, 0)
      if (found !== undefined) expect(found).toBe(text)
      expect(texts.keep(words, 0, text)).toBe(text)
      expect(texts.find(words, 0)).toBe(Buffer.byteLength(text) <= 12 ? text : undefined)
    }),
    { numRuns: 5000 },
  )
})

test('reads the value at any word', () => {
  const texts = shortTexts()
  const words = new Uint32Array([...wordsOf('a'), ...wordsOf('b')])
  texts.keep(words, wordsPerText, 'b')
  expect(texts.find(words, 0)).toBeUndefined()
  expect(texts.find(words, wordsPerText)).toBe('b')
})
