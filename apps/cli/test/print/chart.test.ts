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

test('a narrow terminal puts several points into a bar, labelled by what is drawn', () => {
  const points = hours(Array.from({ length: 200 }, (_, hour) => (hour === 100 ? 1000 : 0)))
  const lines = chartText('spike', points, { width: 62, height: 2 }).split('\n')
  expect(lines[1]).toMatch(/^250 ┤ +█$/)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(62)
})

test('gaps stay empty, a constant series is flat, and one without values has no chart', () => {
  expect(chartText('gap', hours([1, null, 1]), { height: 1 })).toBe('gap\n1 ┤▁ ▁\n  └01-01\n')
  expect(chartText('none', hours([null, NaN]))).toBe('')
})

test('a series of any length is drawn', () => {
  expect(chartText('long', hours(Array.from({ length: 300_000 }, (_, index) => index % 7)))).toContain(
    'long\n',
  )
})
