import { pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { planFiles, simulate, type SimulatedTable, simulateFile } from '../src/index.js'

const from = '2026-01-01'

test.each<[string, SimulatedTable, object, string]>([
  [
    'two pumps on table pump',
    pump,
    { pumps: 2 },
    'pumps expected 1 on table pump, which holds one pump, got 2: use table pump_daily for a fleet',
  ],
  ['no pump', pumpDaily, { pumps: 0 }, 'pumps expected a whole number from 1 to 9999, got 0'],
  ['too many pumps', pumpDaily, { pumps: 10_000 }, 'pumps expected a whole number from 1 to 9999, got 10000'],
  ['negative days', pump, { days: -1 }, 'days expected a whole number from 1 to 1000000, got -1'],
  ['half a day', pump, { days: 0.5 }, 'days expected a whole number from 1 to 1000000, got 0.5'],
  [
    'days beyond the last one possible',
    pump,
    { from: '9999-12-29', days: 3 },
    'days expected to end by 9999-12-30, got 3 from 9999-12-29',
  ],
  [
    '9999-12-31, since wear would end in the year 10000',
    pump,
    { from: '9999-12-31', days: 1 },
    'days expected to end by 9999-12-30, got 1 from 9999-12-31',
  ],
  ...['1', null].map((pumps): [string, SimulatedTable, object, string] => [
    `pumps of ${typeof pumps}`,
    pump,
    { pumps },
    `pumps expected 1 on table pump, which holds one pump, got ${JSON.stringify(pumps)}: use table pump_daily for a fleet`,
  ]),
  ['days as text', pump, { days: '3' }, 'days expected a whole number from 1 to 1000000, got "3"'],
  ['a date that does not exist', pump, { from: '2026-02-30' }, 'date expected YYYY-MM-DD, got "2026-02-30"'],
  [
    'an unsafe seed',
    pump,
    { seed: 2 ** 53 },
    'seed expected a whole number from 0 to 9007199254740991, got 9007199254740992',
  ],
  ['a negative seed', pump, { seed: -1 }, 'seed expected a whole number from 0 to 9007199254740991, got -1'],
  ...[7, 0, -1, 0.0015, 86_401, NaN, Infinity].map(
    (intervalSeconds): [string, SimulatedTable, object, string] => [
      `an interval of ${intervalSeconds} s`,
      pump,
      { intervalSeconds },
      `interval expected a whole number of milliseconds that divides a day, such as 1s, 500ms or 5m, got ${intervalSeconds} s`,
    ],
  ),
])('planFiles and simulate reject %s', (_, table, options, sentence) => {
  expect(() => planFiles(table, { from, ...options })).toThrow(new RangeError(sentence))
  expect(() => [...simulate(table, { from, ...options })]).toThrow(new RangeError(sentence))
})

test.each<[string, object, RangeError | TypeError]>([
  [
    'an interval that does not divide a day',
    { intervalSeconds: 7 },
    new RangeError(
      'interval expected a whole number of milliseconds that divides a day, such as 1s, 500ms or 5m, got 7 s',
    ),
  ],
  [
    'an interval that is text',
    { intervalSeconds: '1' },
    new RangeError(
      'interval expected a whole number of milliseconds that divides a day, such as 1s, 500ms or 5m, got "1" s',
    ),
  ],
  [
    'half a seed',
    { seed: 1.5 },
    new RangeError('seed expected a whole number from 0 to 9007199254740991, got 1.5'),
  ],
  [
    'a second pump on table pump',
    { pump: 2 },
    new RangeError('pump of table pump expected a whole number from 1 to 1, got 2'),
  ],
  [
    'a pump number that has no name',
    { table: 'pump_daily', pump: 10_000 },
    new RangeError('pump of table pump_daily expected a whole number from 1 to 9999, got 10000'),
  ],
  [
    'a date that does not exist',
    { day: '2026-02-30' },
    new RangeError('date expected YYYY-MM-DD, got "2026-02-30"'),
  ],
  [
    'the last day of 9999',
    { day: '9999-12-31' },
    new RangeError('day expected to end by 9999-12-30, got 9999-12-31'),
  ],
  [
    'a year that Hive does not support',
    { day: '0000-01-01' },
    new RangeError('date expected YYYY-MM-DD, got "0000-01-01"'),
  ],
  [
    'a table without a simulation',
    { table: 'turbine' },
    new RangeError('table expected one of pump, pump_daily, got turbine'),
  ],
  [
    'an unknown key',
    { interval: 5 },
    new TypeError(
      'file parameters expected only the keys table, pump, day, intervalSeconds, seed, scenario, got interval',
    ),
  ],
])('simulateFile rejects %s before any reading', (_, wrong, error) => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  expect(() => simulateFile({ ...parameters!, ...wrong })).toThrow(error)
})

test('planFiles rejects unknown options, missing options, and tables without a simulation', () => {
  const plan = planFiles as (table: unknown, options?: unknown) => unknown
  expect(() => plan(pump, { from, interval: 5 })).toThrow(
    new TypeError(
      'simulation expected only the keys from, days, intervalSeconds, seed, pumps, scenario, got interval',
    ),
  )
  expect(() => plan(pump)).toThrow(
    new TypeError(
      'simulation expected an object with the keys from, days, intervalSeconds, seed, pumps, scenario, got undefined',
    ),
  )
  const otherTable = 'table expected one of pump, pump_daily, got'
  expect(() => plan('pump', { from })).toThrow(new RangeError(`${otherTable} undefined`))
  expect(() => plan(undefined, { from })).toThrow(new RangeError(`${otherTable} undefined`))
  expect(() => plan({ ...pump, name: 'turbine' }, { from })).toThrow(new RangeError(`${otherTable} turbine`))
})
