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

test('faults stay two minutes away from midnight, are in order, contain a reading, and never overlap on one pump or sensor', () => {
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

test('durations cover their whole range, and most are short', () => {
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
])('%s a day occur at that rate', (_, faults, perDay, columns) => {
  const found = Array.from({ length: 400 }, (_, day) => plan(named(faults), { day })).flat()
  expect(found.length / 400 / perDay).toBeGreaterThan(0.85)
  expect(found.length / 400 / perDay).toBeLessThan(1.15)
  expect(new Set(found.map(({ column }) => column))).toEqual(new Set(columns))
})

test('runs of readings have the lengths asked for', () => {
  const runs = plan(named({ nan: { perDay: 200, readings: [2, 4] } }))
  const lengths = runs.map(({ startMillis, endMillis }) => (endMillis - startMillis) / 1000)
  expect(new Set(lengths.map(Math.round))).toEqual(new Set([2, 3, 4]))
})

test('faults that are left out, or have a rate of 0, do not occur', () => {
  expect(plan(scenarios.healthy)).toEqual([])
  expect(plan(named({ dryRun: { perDay: 0, seconds: [1, 2] }, spikes: { perDay: 0 } }))).toEqual([])
})

test('a fault does not depend on other faults, unless they overlap', () => {
  const alone = plan(named({ spikes: { perDay: 5 } }))
  const { dryRun } = scenarios.busy.faults
  const both = plan(named({ dryRun, spikes: { perDay: 5 } }))
  expect(both.filter(({ fault }) => fault === 'spikes')).toEqual(alone)
})
