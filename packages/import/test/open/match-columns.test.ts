import { expect, test } from 'vitest'
import { checkMap, matchColumns } from '../../src/open/match-columns.js'
import { turbine } from '../turbine.js'

const match = (names: string[], options?: Parameters<typeof matchColumns>[3]) =>
  matchColumns(turbine, 'a.csv', names, options)

test('names match in any order and case, with or without spaces around them', () => {
  expect(match(['Power', ' EVENT_TIMESTAMP ', 'site'])).toEqual([1, 2, 0])
})

test('a mapped name takes precedence over the same name, and that over another case', () => {
  expect(match(['ts', 'site', 'kW'], { map: { ts: 'event_timestamp', kw: 'power' } })).toEqual([0, 1, 2])
  expect(match(['event_timestamp', 'Site', 'site', 'power'], { ignoreExtra: true })).toEqual([0, 2, 3])
  const map = { Power: 'power' }
  expect(match(['event_timestamp', 'site', 'power', 'Power'], { map, ignoreExtra: true })).toEqual([0, 1, 3])
})

test('a nullable column may be missing', () => {
  expect(match(['event_timestamp'])).toEqual([0, undefined, undefined])
})

test.each([
  [
    ['site', 'power'],
    {},
    'a.csv lacks event_timestamp of table turbine: it has the columns site, power; `map` renames columns',
  ],
  [
    ['event_timestamp', 'a', 'b'],
    {},
    'a.csv has columns that table turbine lacks: a, b (expected event_timestamp, site, power): `map` renames columns, `ignoreExtra` ignores them',
  ],
  [
    ['event_timestamp', 'Site', 'SITE'],
    {},
    'a.csv has several columns for site of table turbine (Site, SITE): expected one, choose it with `map`',
  ],
  [
    ['event_timestamp', 'a', 'b'],
    { map: { a: 'site', b: 'site' } },
    'a.csv has several columns for site of table turbine (a, b): expected one, choose it with `map`',
  ],
])('%j with %j is refused', (names, options, message) => {
  expect(() => match(names, options)).toThrow(new Error(message))
})

test('a map must name columns of the table', () => {
  expect(() => checkMap(turbine, { ts: 'event_time' })).toThrow(
    new RangeError(
      '`map` of ts expected a column of table turbine (event_timestamp, site, power), got event_time',
    ),
  )
})
