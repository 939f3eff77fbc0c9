import { pump } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { planFiles, type Scenario, scenarios, simulateFile } from '../src/index.js'

const storm = (faults: unknown, delivery: unknown = {}) => ({ name: 'storm', faults, delivery })
const noNumber = [NaN, -1, Infinity, '1', null, undefined] as const

describe('rejects an invalid scenario before simulating anything', () => {
  test.each<[unknown, TypeError | RangeError]>([
    ['busy', new TypeError('scenario expected an object with the keys name, faults, delivery, got "busy"')],
    [null, new TypeError('scenario expected an object with the keys name, faults, delivery, got null')],
    [
      { name: 'storm', faults: {} },
      new TypeError('scenario expected the keys name, faults, delivery, got no delivery'),
    ],
    [
      { ...storm({}), blockagesPerDay: 3 },
      new TypeError('scenario expected only the keys name, faults, delivery, got blockagesPerDay'),
    ],
    [{ ...storm({}), name: '' }, new TypeError('scenario name expected a non-empty string, got ""')],
    [
      storm([]),
      new TypeError(
        'scenario storm: faults expected an object with the keys blockedDischarge, cavitation, dryRun, chatter, wornImpeller, stuckSensor, spikes, nan, got []',
      ),
    ],
    [
      storm({ fire: { perDay: 1 } }),
      new TypeError(
        'scenario storm: faults expected only the keys blockedDischarge, cavitation, dryRun, chatter, wornImpeller, stuckSensor, spikes, nan, got fire',
      ),
    ],
    [
      storm({ dryRun: { perDay: 1 } }),
      new TypeError('scenario storm: dryRun expected the keys perDay, seconds, got no seconds'),
    ],
    [
      storm({ spikes: { perDay: 1, seconds: [1, 2] } }),
      new TypeError('scenario storm: spikes expected only the key perDay, got seconds'),
    ],
    ...noNumber.map((perDay): [unknown, RangeError] => [
      storm({ spikes: { perDay } }),
      new RangeError(
        `scenario storm: spikes.perDay expected a number from 0 to 86160, got ${typeof perDay === 'string' ? '"1"' : String(perDay)}`,
      ),
    ]),
    [
      storm({ dryRun: { perDay: 1, seconds: [600, 60] } }),
      new RangeError('scenario storm: dryRun.seconds expected [min, max] from 1 to 86160, got [600, 60]'),
    ],
    [
      storm({ dryRun: { perDay: 1, seconds: [NaN, 60] } }),
      new RangeError('scenario storm: dryRun.seconds expected [min, max] from 1 to 86160, got [NaN, 60]'),
    ],
    [
      storm({ dryRun: { perDay: 1, seconds: 60 } }),
      new RangeError('scenario storm: dryRun.seconds expected [min, max] from 1 to 86160, got 60'),
    ],
    [
      storm({ chatter: { perDay: 24, seconds: [60, 3600] } }),
      new RangeError(
        'scenario storm: chatter expected faults that fit into a day (86160 s), got 24 a day of up to 3600 s',
      ),
    ],
    [
      storm({ nan: { perDay: 1, readings: [0.5, 2] } }),
      new RangeError(
        'scenario storm: nan.readings expected [min, max] whole numbers from 1 to 1000000, got [0.5, 2]',
      ),
    ],
    [
      storm({ wornImpeller: { days: [1, 2], headLoss: 0.9 } }),
      new RangeError('scenario storm: wornImpeller.headLoss expected a number from 0 to 0.5, got 0.9'),
    ],
    [
      storm({}, { lost: 0.1 }),
      new TypeError(
        'scenario storm: delivery expected only the keys missing, duplicates, outOfOrder, late, got lost',
      ),
    ],
    [
      storm({}, { missing: 1.5 }),
      new RangeError('scenario storm: missing expected a number from 0 to 1, got 1.5'),
    ],
    [storm({}, { late: NaN }), new RangeError('scenario storm: late expected a number from 0 to 1, got NaN')],
    [
      storm({}, { missing: 0.75, late: 0.5 }),
      new RangeError('scenario storm: delivery expected rates that add up to at most 1, got 1.25'),
    ],
  ])('%j', (scenario, error) => {
    const [parameters] = planFiles(pump, { from: '2026-01-01', days: 1 })
    expect(() => planFiles(pump, { from: '2026-01-01', scenario: scenario as Scenario })).toThrow(error)
    expect(() => simulateFile({ ...parameters!, scenario: scenario as Scenario })).toThrow(error)
  })
})

test('accepts the built-in scenarios, their JSON copies, and values at the limits', () => {
  const edges: Scenario = {
    name: 'edges',
    faults: { dryRun: { perDay: 1, seconds: [86_160, 86_160] }, spikes: { perDay: 86_160 } },
    delivery: { missing: 0.5, late: 0.5 },
  }
  for (const [name, scenario] of [...Object.entries(scenarios), ['edges', edges] as const]) {
    expect(scenario.name).toBe(name)
    const copy = JSON.parse(JSON.stringify(scenario)) as Scenario
    expect(planFiles(pump, { from: '2026-01-01', days: 1, scenario: copy })[0]!.scenario).toEqual(scenario)
  }
})
