import { windowMillis } from '@minilake/analytics'
import { expect, test } from 'vitest'
import { binsOf, columnsOf } from '../../src/print/chart-bins.js'

/** Months from January 2024, each with its number as value. */
function months(count: number) {
  const start = (month: number) => new Date(Date.UTC(2024, month))
  return Array.from({ length: count }, (_, month) => ({
    time: start(month),
    end: start(month + 1),
    value: month,
  }))
}

test.each([1, 2, 12, 60])('%i months have as many columns each, and no column shows two of them', (count) => {
  const step = windowMillis('month')
  const points = months(count)
  const columns = columnsOf([{ name: '', points }], step, 60)
  const bins = binsOf(points, columns, step)
  const each = Math.min(Math.floor(60 / count), 8)
  expect(bins).toHaveLength(count * each)
  expect(bins.every((bin) => bin?.count === 1)).toBe(true)
  expect(new Set(bins.map((bin) => bin?.mean)).size).toBe(count)
})

test('years of months in fewer columns lose none', () => {
  const step = windowMillis('month')
  const points = months(240)
  const bins = binsOf(points, columnsOf([{ name: '', points }], step, 50), step)
  expect(bins.length).toBeLessThanOrEqual(50)
  expect(bins.reduce((sum, bin) => sum + (bin?.count ?? 0), 0)).toBe(240)
})

test('a day of 25 hours is one day', () => {
  const day = 86_400_000
  const points = [{ time: new Date(0), end: new Date(day + 3_600_000), value: 1 }]
  expect(columnsOf([{ name: '', points }], day, 10).columns).toBe(8)
})
