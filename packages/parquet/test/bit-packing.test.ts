import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitPack } from '../src/bit-packing.js'

test('the bits of values follow each other, lowest first, as in the example of Parquet’s Encodings.md', () => {
  // The numbers 0 to 7 in 3 bits each: 10001000 11000110 11111010.
  const words = new Uint32Array(1)
  expect(bitPack(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 0, 8, 3, words)).toBe(1)
  expect([...new Uint8Array(words.buffer)]).toEqual([0b10001000, 0b11000110, 0b11111010, 0])
})

test('what is packed can be unpacked bit by bit, at any width', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 31 }),
      fc.array(fc.nat(2 ** 31 - 1)),
      fc.nat(3),
      (width, any, start) => {
        const values = Uint32Array.from(any, (value) => (width === 0 ? 0 : value >>> (31 - width)))
        const from = Math.min(start, values.length)
        const words = new Uint32Array(values.length + 1)
        const used = bitPack(values, from, values.length, width, words)
        expect(used).toBe(Math.ceil(((values.length - from) * width) / 32))
        const bits = Array.from(words.subarray(0, used), (word) =>
          [...word.toString(2).padStart(32, '0')].reverse(),
        )
        const all = bits.flat().join('')
        for (let row = from; row < values.length; row++) {
          const found = all.slice((row - from) * width, (row - from + 1) * width)
          expect(parseInt([...found].reverse().join('') || '0', 2)).toBe(values[row])
        }
      },
    ),
  )
})
