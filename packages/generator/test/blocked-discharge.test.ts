import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../src/random.js'
import { blockagesOf, closureAt } from '../src/blocked-discharge.js'
import { scenarios } from '../src/scenario.js'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const days = fc.integer({ min: -20_000, max: 40_000 })
const busy = { name: 'busy', blockagesPerDay: 24, blockageSeconds: [60, 600] } as const

test('each blockage stays within its day and its hour, and comes after the one before', () => {
  fc.assert(
    fc.property(seeds, days, (seed, day) => {
      const blockages = blockagesOf(randomStream(seed), day, busy)
      expect(blockages).toHaveLength(24)
      for (const [hour, { start, durationSeconds, severity }] of blockages.entries()) {
        expect(start).toBeGreaterThanOrEqual(day * 86_400 + hour * 3600)
        expect(start + durationSeconds).toBeLessThanOrEqual(day * 86_400 + (hour + 1) * 3600)
        expect(durationSeconds).toBeGreaterThanOrEqual(60)
        expect(durationSeconds).toBeLessThanOrEqual(600)
        expect(severity).toBeGreaterThanOrEqual(0.6)
        expect(severity).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('nothing is closed at midnight', () => {
  fc.assert(
    fc.property(seeds, days, (seed, day) => {
      const blockages = blockagesOf(randomStream(seed), day, busy)
      expect(closureAt(blockages, day * 86_400)).toBe(0)
      expect(closureAt(blockages, (day + 1) * 86_400)).toBe(0)
    }),
  )
})

test('the default scenario has about three blockages a day', () => {
  const count = Array.from(
    { length: 1000 },
    (_, day) => blockagesOf(randomStream(42), day, scenarios.default).length,
  )
  const mean = count.reduce((sum, blockages) => sum + blockages, 0) / count.length
  expect(mean).toBeGreaterThan(2.7)
  expect(mean).toBeLessThan(3.3)
})

test('a scenario of no blockages has none', () => {
  expect(blockagesOf(randomStream(42), 20_454, { ...busy, blockagesPerDay: 0 })).toEqual([])
})

test('a discharge closes and opens smoothly, fully in the middle, and is open before and after', () => {
  const blockages = [{ start: 1000, durationSeconds: 100, severity: 0.8 }]
  expect([999, 1000, 1050, 1100, 1101].map((second) => closureAt(blockages, second))).toEqual([
    0, 0, 0.8, 0, 0,
  ])
  for (let second = 990; second < 1110; second++) {
    expect(Math.abs(closureAt(blockages, second + 1) - closureAt(blockages, second))).toBeLessThan(0.2)
  }
})
