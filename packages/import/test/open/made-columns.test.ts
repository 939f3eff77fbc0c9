import { defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadOptions } from '../../src/index.js'
import { readText } from '../read-files.js'
import { micros, turbine } from '../turbine.js'

const pair = defineTable({ name: 't', columns: { at: { type: 'timestamp' }, v: { type: 'double' } } })
const at = micros('2020-12-31T23:59:58Z')
const read = async (text: string, options: ReadOptions) => (await readText(pair, 'a.csv', text, options)).rows

test.each<[string, ReadOptions]>([
  [
    'Date;Time;v\n31/12/2020;23:59:58;1\n',
    { map: { 'Date,Time': 'at' }, timeFormat: '%d/%m/%Y %H:%M:%S', zone: 'UTC' },
  ],
  [
    'v,time of day,DAY\n1,23:59:58 , "2020-12-31"\n'.replace(', "', ',"'),
    { map: { 'day, time of day': 'at' }, zone: 'UTC' },
  ],
  [',v\n2020-12-31T23:59:58Z,1\n', { map: { '': 'at' } }],
  [',v\n2020-12-31T23:59:58Z,1\n', { map: { '#1': 'at' } }],
  ['at,v,v\n2020-12-31T23:59:58Z,2,1\n', { map: { '#3': 'v' }, ignoreExtra: true }],
  ['x,y,z\n2020-12-31,23:59:58Z,1\n', { map: { '#1,#2': 'at', '#3': 'v' } }],
  ['2020-12-31,x,23:59:58Z,1\n', { map: { '#1,#3': 'at', '#4': 'v' }, noHeader: true, ignoreExtra: true }],
  ['#2,v\n2020-12-31T23:59:58Z,1\n', { map: { '#2': 'at' } }],
])('%j with %j is read', async (text, options) => {
  expect(await read(text, options)).toEqual([[at, 1]])
})

test('a date without a time of day is no time', async () => {
  const text = 'd,t,v\n2020-12-31,,1\n2020-12-31," ",1\n2020-12-31,23:59:58,1\n'
  const { rows, report } = await readText(pair, 'a.csv', text, {
    map: { 'd,t': 'at' },
    zone: 'UTC',
    maxBadRows: 2,
  })
  expect(rows).toEqual([[at, 1]])
  expect(report.bad.map(({ line, reason }) => [line, reason])).toEqual([
    [2, 'expected a value'],
    [3, 'expected a value'],
  ])
})

test.each<[string, ReadOptions, string]>([
  [
    'a,b,at\n',
    { map: { 'a,b': 'v' } },
    '`map` of a,b expected a timestamp, as only date and time of day are joined, got v (double)',
  ],
  ['at,v\n', { map: { '#3': 'at' } }, '`map` expected columns of the files, got #3: '],
  ['at,v\n', { map: { 'at,x': 'at' } }, '`map` expected columns of the files, got at,x: '],
  [
    'at,v,v\n',
    { ignoreExtra: true },
    'expected one for v of table t, state its position, such as #2, with `map`',
  ],
  ['at,v,\n', {}, 'has columns that table t lacks: #3 (without a name) (expected at, v)'],
  [',v\n', {}, 'lacks at of table t: it has the columns #1 (without a name), v;'],
])('%j with %j is refused', async (text, options, message) => {
  await expect(read(text, options)).rejects.toThrow(message)
})

test('any times in two columns read back, wherever they are', async () => {
  const millis = fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2100-12-31') })
  await fc.assert(
    fc.asyncProperty(
      fc.array(millis, { minLength: 1 }),
      fc.boolean(),
      fc.boolean(),
      async (all, isFirst, byName) => {
        const lines = all.map((time) => {
          const [day = '', clock = ''] = new Date(time).toISOString().split('T')
          return isFirst ? `${day},a,${clock}` : `${clock},a,${day}`
        })
        const [day, clock] = isFirst ? ['#1', '#3'] : ['#3', '#1']
        const source = byName ? 'D,T' : `${day},${clock}`
        const text = `${isFirst ? 'D,site,T' : 'T,site,D'}\n${lines.join('\n')}\n`
        const { rows } = await readText(turbine, 'a.csv', text, { map: { [source]: 'event_timestamp' } })
        expect(rows).toEqual(all.map((time) => [BigInt(time) * 1000n, 'a', null]))
      },
    ),
    { numRuns: 15 },
  )
})
