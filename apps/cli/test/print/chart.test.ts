import { expect, test } from 'vitest'
import { chartText } from '../../src/print/chart.js'

const hours = (values: (number | null)[]) =>
  values.map((value, hour) => ({ time: new Date(Date.UTC(2026, 0, 1, hour)), value }))

test('a bar per point, from the least value to the greatest, and the days below', () => {
  const points = hours(Array.from({ length: 48 }, (_, hour) => hour % 24))
  const chart = chartText('hours', points, { width: 80, height: 3 })
  expect(chart).toBe(`hours
23 ┤                ▁▂▃▄▅▆▇█                ▁▂▃▄▅▆▇█
   ┤        ▁▂▃▄▅▆▇█████████        ▁▂▃▄▅▆▇█████████
 0 ┤▁▂▃▄▅▆▇█████████████████▁▂▃▄▅▆▇█████████████████
   └01-01───────────────────01-02───────────────────
`)
})

test('the top of a chart is the highest value at every width', () => {
  const points = hours(Array.from({ length: 200 }, (_, hour) => (hour === 100 ? 131.7 : 100)))
  for (const width of [20, 40, 80, 200, 400])
    expect(chartText('spike', points, { width })).toMatch(/^131\.7 ┤ *[▁-█] *$/m)
})

test('days without readings are a gap as long as they are', () => {
  const points = [0, 1, 48].map((hour) => ({ time: new Date(Date.UTC(2026, 0, 1, hour)), value: 1 }))
  const [, bars, axis] = chartText('gap', points, { height: 1 }).split('\n')
  expect(bars).toBe(`1 ┤▁▁${' '.repeat(46)}▁`)
  expect(axis).toContain('01-03')
})

test('a narrow terminal draws the highest value of several hours per bar, and says so', () => {
  const points = hours(Array.from({ length: 200 }, (_, hour) => (hour === 100 ? 1000 : 0)))
  const lines = chartText('spike', points, { width: 62, height: 2 }).split('\n')
  expect(lines[1]).toBe('(each bar: the highest of 4 hours)')
  expect(lines[2]).toMatch(/^1000 ┤ +█$/)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(62)
})

test('gaps stay empty, a constant series is flat, and one without values has no chart', () => {
  expect(chartText('gap', hours([1, null, 1]), { height: 1 })).toBe('gap\n1 ┤▁ ▁\n  └01-01\n')
  expect(chartText('none', hours([null, NaN]))).toBe('')
})

test('a series of any length is drawn', () => {
  expect(chartText('long', hours(Array.from({ length: 300_000 }, (_, index) => index % 7)))).toContain(
    'long\n(each bar: ',
  )
})
