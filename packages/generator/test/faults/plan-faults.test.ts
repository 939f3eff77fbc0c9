import { millisPerDay } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planFaults } from '../../src/faults/plan-faults.js'
import { randomStream } from '../../src/random.js'
import { type Faults, type Scenario, scenarios } from '../../src/scenario.js'

const named = (faults: Faults): Scenario => ({ name: 'test', faults, delivery: {} })
const plan = (scenario: Scenario, { seed = 42, day = 20_454, intervalMillis = 1000 } = {}) =>
  planFaults({ scenario, day, intervalMillis, random: (name) => randomStream(seed, name) })

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const days = fc.integer({ min: -700_000, max: 2_900_000 })
const intervals = fc.constantFrom(1, 40, 675, 1000, 60_000, 3_600_000, 86_400_000)

test('faults keep two minutes from midnight, come in order, hold a reading, and never two at once on one thing', () => {
  fc.assert(
    fc.property(seeds, days, intervals, (seed, day, intervalMillis) => {
      const ends = new Map<string | undefined, number>()
      let before = -Infinity
      for (const { startMillis, endMillis, column, severity } of plan(scenarios.nightmare, {
        seed,
        day,
        intervalMillis,
      })) {
        expect(startMillis).toBeGreaterThanOrEqual(Math.max(before, day * millisPerDay + 120_000))
        expect(endMillis).toBeLessThanOrEqual((day + 1) * millisPerDay - 120_000)
        expect(Math.ceil(startMillis / intervalMillis) * intervalMillis).toBeLessThan(endMillis)
        expect(startMillis).toBeGreaterThanOrEqual(ends.get(column) ?? -Infinity)
        expect(severity).toBeGreaterThanOrEqual(0)
        expect(severity).toBeLessThan(1)
        before = startMillis
        ends.set(column, endMillis)
      }
    }),
    { numRuns: 50 },
  )
})

test('spells last as long as they may, most of them short', () => {
  const spells = named({ blockedDischarge: { perDay: 24, seconds: [60, 600] } })
  const seconds = Array.from({ length: 100 }, (_, day) => plan(spells, { day }))
    .flat()
    .map(({ startMillis, endMillis }) => (endMillis - startMillis) / 1000)
  expect(seconds).toHaveLength(2400)
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(59.999)
  expect(Math.min(...seconds)).toBeLessThan(62)
  expect(Math.max(...seconds)).toBeLessThanOrEqual(600)
  expect(Math.max(...seconds)).toBeGreaterThan(590)
  expect(seconds.filter((duration) => duration < 330).length).toBeGreaterThan(1200)
})

test.each<[string, Faults, number, readonly (string | undefined)[]]>([
  ['three blockages', scenarios.default.faults, 3, [undefined]],
  ['half a dry run', { dryRun: { perDay: 0.5, seconds: [60, 600] } }, 0.5, [undefined]],
  ['two spells that fill the day', { cavitation: { perDay: 2, seconds: [40_000, 43_080] } }, 2, [undefined]],
  ['300 spikes', { spikes: { perDay: 300 } }, 300, ['pressure', 'velocity', 'speed']],
  ['100 NaN runs', { nan: { perDay: 100, readings: [1, 5] } }, 100, ['pressure', 'velocity', 'speed']],
])('%s a day come as often as that', (_, faults, perDay, columns) => {
  const found = Array.from({ length: 400 }, (_, day) => plan(named(faults), { day })).flat()
  expect(found.length / 400 / perDay).toBeGreaterThan(0.85)
  expect(found.length / 400 / perDay).toBeLessThan(1.15)
  expect(new Set(found.map(({ column }) => column))).toEqual(new Set(columns))
})

test('runs of readings have their number of readings', () => {
  const runs = plan(named({ nan: { perDay: 200, readings: [2, 4] } }))
  const lengths = runs.map(({ startMillis, endMillis }) => (endMillis - startMillis) / 1000)
  expect(new Set(lengths.map(Math.round))).toEqual(new Set([2, 3, 4]))
})

test('faults that are not named, or come 0 times a day, do not come', () => {
  expect(plan(scenarios.healthy)).toEqual([])
  expect(plan(named({ dryRun: { perDay: 0, seconds: [1, 2] }, spikes: { perDay: 0 } }))).toEqual([])
})

test('a fault does not depend on which others there are, when they do not overlap', () => {
  const alone = plan(named({ spikes: { perDay: 5 } }))
  const { dryRun } = scenarios.busy.faults
  const both = plan(named({ dryRun, spikes: { perDay: 5 } }))
  expect(both.filter(({ fault }) => fault === 'spikes')).toEqual(alone)
})
