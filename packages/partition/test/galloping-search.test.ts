import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gallopingSearch } from '../src/galloping-search.js'

test('finds the first index, wherever it is', () => {
  const number = fc.integer({ min: 0, max: 200 })
  fc.assert(
    fc.property(number, number, number, (start, length, first) => {
      const end = start + length
      const asked: number[] = []
      const found = gallopingSearch(start, end, (index) => {
        asked.push(index)
        return index >= first
      })
      expect(found).toBe(Math.min(Math.max(first, start), end))
      expect(asked.every((index) => index >= start && index < end)).toBe(true)
    }),
  )
})

test('finds near indexes at once and far ones in few steps', () => {
  const asked = (first: number) => {
    let count = 0
    gallopingSearch(0, 1_000_000, (index) => {
      count += 1
      return index >= first
    })
    return count
  }
  expect(asked(0)).toBe(1)
  expect(asked(1)).toBeLessThan(4)
  expect(asked(999_999)).toBeLessThan(50)
})
