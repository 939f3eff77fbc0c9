import { formatUtcDay, millisPerDay, parseUtcDay } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const firstDay = -719162 // 0001-01-01
const lastDay = 2932896 // 9999-12-31

describe('parseUtcDay', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2026-01-01', 20454],
    ['2024-02-29', 19782],
    ['0001-01-01', firstDay],
    ['9999-12-31', lastDay],
  ])('counts %s as day %d', (text, day) => {
    expect(parseUtcDay(text)).toBe(day)
  })

  it('reads every day as formatUtcDay writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstDay, max: lastDay }), (day) => {
        expect(parseUtcDay(formatUtcDay(day))).toBe(day)
      }),
    )
  })

  it.each([
    '',
    'today',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-2-3',
    '26-02-03',
    '2026/02/03',
    '20260203',
    '2026-02-03 ',
    ' 2026-02-03',
    '2026-02-03\n',
    '2026-02-03T00:00:00Z',
    '0000-01-01',
    '10000-01-01',
    '-001-01-01',
    '２０２６-02-03',
  ])('refuses %j', (text) => {
    expect(() => parseUtcDay(text)).toThrow(
      new RangeError(`date expected YYYY-MM-DD, got ${JSON.stringify(text)}`),
    )
  })
})

describe('formatUtcDay', () => {
  it('writes the date of the first millisecond of a UTC day', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstDay, max: lastDay }), (day) => {
        const millis = day * millisPerDay
        expect(new Date(millis).toISOString()).toBe(`${formatUtcDay(day)}T00:00:00.000Z`)
      }),
    )
  })
})
