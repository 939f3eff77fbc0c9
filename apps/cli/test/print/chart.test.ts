import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChartPoint } from '../../src/print/chart-bins.js'
import { chartText } from '../../src/print/chart.js'

const hours = (values: readonly (number | null)[]) =>
  values.map((value, hour) => ({ time: new Date(Date.UTC(2026, 0, 1, hour)), value }))
const one = (points: readonly ChartPoint[]) => [{ name: 'one', points }]
/** The rows of the picture alone, without labels. */
const picture = (chart: string, axis = '┤') =>
  chart.split('\n').flatMap((line) => (line.includes(axis) ? [line.slice(line.indexOf(axis) + 1)] : []))

test('a line with its round values, its windows and its days', () => {
  const points = hours(Array.from({ length: 48 }, (_, hour) => hour % 24))
  expect(chartText('hours', one(points), { width: 54, height: 6 })).toBe(`hours
each column: 1 hour
25 ┤                       ╭╮                      ╭
20 ┤                  ╭────╯│                 ╭────╯
15 ┤             ╭────╯     │            ╭────╯
10 ┤        ╭────╯          │       ╭────╯
 5 ┤   ╭────╯               │  ╭────╯
 0 ┤───╯                    ╰──╯
   └┬───────────────────────┬───────────────────────
    2026-01-01              01-02
`)
})

test('the least and the greatest value are shaded at every width, with as many columns as there is room for', () => {
  const points = hours(
    Array.from({ length: 200 }, (_, hour) => (hour === 100 ? 131 : hour === 50 ? 71 : 100)),
  )
  for (const width of [40, 80, 200, 400]) {
    const chart = chartText('spike', one(points), { width })
    const rows = picture(chart)
    const used = rows.filter((row) => row !== '')
    expect(used[0]).toMatch(/^ *[░╭╮]+$/)
    expect(used.at(-1)).toMatch(/^ *[░╰╯]+$/)
    const most = Math.max(...chart.split('\n').map((line) => line.length))
    expect(most).toBeLessThanOrEqual(width)
    expect(most).toBeGreaterThan(width / 2)
  }
})

test('a column of several windows shows their mean and says so', () => {
  const lines = chartText('mean', one(hours(Array.from({ length: 400 }, (_, hour) => hour % 2))), {
    width: 80,
  })
  expect(lines.split('\n')[1]).toBe('each column: 6 hours (mean); ░ from least to greatest value of these')
  expect(picture(lines)[5]).toBe('─'.repeat(67))
})

test('a gap is as long as it is, and the line starts anew after it', () => {
  const points = [0, 1, 48].map((hour) => ({ time: new Date(Date.UTC(2026, 0, 1, hour)), value: hour }))
  const rows = picture(chartText('gap', one(points), { width: 60 }))
  expect(rows.at(-1)).toBe('──')
  expect(rows.find((row) => row.trim() === '─')).toBe(`${' '.repeat(48)}─`)
})

test('null and numbers that are not finite are gaps, and a series of them has no chart', () => {
  const [a, b] = [
    [1, null, 1],
    [1, NaN, 1],
  ].map((values) => chartText('gap', one(hours(values)), { width: 12 }))
  expect(a).toBe(b)
  expect(a).toContain('┤─── ───'.slice(0, 2))
  expect(chartText('none', one(hours([null, Infinity])))).toBe('')
})

test('a constant is a line in the middle', () => {
  const rows = picture(chartText('flat', one(hours([5, 5, 5, 5, 5, 5, 5, 5])), { width: 15 }))
  expect(rows[(rows.length - 1) / 2]).toBe('────────')
  expect(rows.filter((row) => row !== '')).toHaveLength(1)
})

test('a limit is a line with its value, and one that is far away is named', () => {
  const chart = chartText('limits', one(hours([1, 2, 3, 4])), {
    limits: [
      { name: 'highLimit', value: 5 },
      { name: 'trip', value: 100 },
    ],
  })
  expect(chart).toContain('╌ highLimit 5; trip 100 is above the chart')
  expect(chart).toMatch(/^5.*┤(╌ )+/m)
})

test('several series are marks with names, as many as there are marks', () => {
  const series = Array.from({ length: 8 }, (_, index) => ({ name: `p${index}`, points: hours([index]) }))
  const chart = chartText('fleet', series)
  expect(chart).toContain('● p0; ○ p1; ▲ p2; △ p3; ■ p4; □ p5')
  expect(chart).toContain('the first 6 of 8 series that have values')
})

test('a band does not hide a limit', () => {
  const points = hours([3, 4, 3, 4]).map((point) => ({ ...point, min: 0, max: 10 }))
  const chart = chartText('band', one(points), { width: 10, limits: [{ name: 'limit', value: 6 }] })
  expect(chart).toMatch(/┤╌░╌░/)
})

test('the value of a constant is said, because no row of the axis may have it', () => {
  expect(chartText('constant', one(hours([360.125, 360.125])))).toContain('; every value is 360.125\n')
  expect(chartText('varying', one(hours([360, 361])))).not.toContain('every value')
})

test('says when a mark hides another one', () => {
  const flat = (value: number) => ({ name: `at ${value}`, points: hours([value, value]) })
  const hides = 'where marks meet, the first is shown'
  expect(chartText('same', [flat(1), flat(1), flat(9)])).toContain(`▲ at 9; ${hides}`)
  expect(chartText('different', [flat(1), flat(5), flat(9)])).not.toContain(hides)
})

test('ASCII alone where asked for', () => {
  const series = ['a', 'b'].map((name, index) => ({ name, points: hours([index, 3, 7]) }))
  for (const drawn of [series, series.slice(1)]) {
    const chart = chartText('ascii', drawn, {
      isAscii: true,
      width: 12,
      limits: [{ name: 'limit', value: 8 }],
    })
    expect(chart).toMatch(/^[\x00-\x7f]+$/)
  }
})

test('windows longer than an hour are named, and months and years below them', () => {
  const days = Array.from({ length: 800 }, (_, day) => ({
    time: new Date(Date.UTC(2024, 0, 1 + day)),
    value: day,
  }))
  const chart = chartText('years', one(days), { stepMillis: 86_400_000, stepName: 'day' })
  expect(chart).toContain('each column: 11 days')
  expect(chart).toMatch(/2024-01 +2024-07 +2025-01/)
})

test('any finite values are drawn within the width, and each lies in its column and row', () => {
  const values = fc.array(
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null)),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  fc.assert(
    fc.property(values, fc.integer({ min: 40, max: 200 }), (some, width) => {
      const chart = chartText('any', one(hours(some)), { width })
      if (some.every((value) => value === null)) return chart === ''
      for (const line of chart.split('\n')) expect(line.length).toBeLessThanOrEqual(width)
      const drawn = picture(chart)
      expect(drawn.some((row) => row.trim() !== '')).toBe(true)
      expect(chart).not.toMatch(/NaN|undefined|Infinity/)
      return true
    }),
    // The example: the name of the only tick has no room to the right of it.
    { numRuns: 500, examples: [[[null, 0, -1.1e126, null, 0, 0, 0], 40]] },
  )
})

test('a series of any length is drawn', () => {
  const chart = chartText('long', one(hours(Array.from({ length: 300_000 }, (_, index) => index % 7))))
  expect(chart).toContain('each column: ')
})
