import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTexts } from '../src/compare-texts.js'

// UTF-8 has no bytes for half surrogates: they are written as U+FFFD.
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', 'ab', '\uD7FF', '\uE000', '\uFFFD', '\uFFFF', '\u{10000}', '\u{1F600}'),
      fc.constantFrom('\uD83D', '\uDE00', '\uDBFF'),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''))

test('orders texts by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyText, anyText, (text, other) => {
      const order = Buffer.compare(Buffer.from(text), Buffer.from(other))
      expect(Math.sign(compareTexts(text, other))).toBe(order)
    }),
    { numRuns: 2000 },
  )
  expect('\u{10000}' < '\uFFFF').toBe(true)
  expect(compareTexts('\u{10000}', '\uFFFF')).toBeGreaterThan(0)
})
