import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sparkFrame, sparkLine } from '../src/spark-line.js'
import { windowsOf } from './report-of.js'

const stepMillis = 3_600_000

test('a line through the averages, in a band; a gap where there is no value', () => {
  const windows = windowsOf([0, 10, null, 5])
  const frame = sparkFrame([{ windows }])
  expect(frame).toMatchObject({ least: -1, greatest: 11 })
  const { markup } = sparkLine(windows, frame!, { stepMillis, title: 'x' })
  expect(markup).toContain('M1,42.3L80.3,5.7M239,24L239,24')
})

test('there is no frame without a value', () => {
  expect(sparkFrame([])).toBeUndefined()
  expect(sparkFrame([{ windows: windowsOf([null]) }])).toBeUndefined()
})

test('any finite values lie within the picture', () => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null))
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (averages) => {
      const windows = windowsOf(averages)
      const frame = sparkFrame([{ windows }])
      if (!frame) return
      const { markup } = sparkLine(windows, frame, { stepMillis, title: 'x' })
      for (const [, x, y] of markup.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0)
        expect(Number(x)).toBeLessThanOrEqual(240)
        expect(Number(y)).toBeGreaterThanOrEqual(0)
        expect(Number(y)).toBeLessThanOrEqual(48)
      }
      expect(markup).not.toMatch(/NaN|Infinity/)
    }),
    { numRuns: 500 },
  )
})
