import { defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openReadings, type ReadOptions } from '../../src/index.js'
import { filesWith, readText } from '../read-files.js'
import { micros, turbine } from '../turbine.js'

const time = '2026-01-01T00:00:00Z'
const first = micros(time)
const header = 'event_timestamp,site,power\n'
const read = async (text: string, options: ReadOptions = {}) => readText(turbine, 'a.csv', text, options)

/** Exports of loggers and historians, each with one row. */
const exports: [name: string, text: string, options: ReadOptions][] = [
  [
    'Campbell TOA5',
    '"TOA5","CR1000","CR1000","1234","std.32","prog, v2","9","Table1"\n"event_timestamp","site","power"\n"TS","","kW"\n"","","Avg"\n"2026-01-01 00:00:00","a",1.5\n',
    { skipAfterHeader: 2, zone: 'UTC' },
  ],
  [
    'annotated CSV of Influx',
    `#group,false,false,true\r\n#datatype,string,double,"a ""#"\r\n#default,_result,,\r\n,event_timestamp,site,power\r\n,${time},a,1.5\r\n`,
    { comment: '#', ignoreExtra: true },
  ],
  ['a preamble with commas', `logger 7, serial 123\n\n# "interval, 1 s\n${header}${time},a,1.5\n`, {}],
  ['a line that states the delimiter', `sep=;\r\nevent_timestamp;site;power\r\n${time};a;1.5\r\n`, {}],
  [
    'the tab of a historian',
    `Tag report\tpower\n\nevent_timestamp\tsite\tpower\n\tname\tkW\n${time}\ta\t1.5\n`,
    { skipAfterHeader: 1 },
  ],
  ['stated lines', `power\nsite,power\n${header}${time},a,1.5\n`, { skipLines: 2 }],
  ['no header', `x\ny,\n${time},a,1.5\n`, { skipLines: 2, noHeader: true }],
  ['comments between rows', `# a\n${header}# units: -,"kW\n${time},a,1.5\n#\n`, { comment: '#' }],
]

test.each(exports)('reads %s', async (_, text, options) => {
  expect((await read(text, options)).rows).toEqual([[first, 'a', 1.5]])
})

test('says on which line the header is', async () => {
  const readings = await openReadings(turbine, await filesWith({ 'a.csv': `x\n\n${header}${time},a,1\n` }))
  expect(readings.sources).toMatchObject([{ headerLine: 3 }])
  await readings.close()
})

test('names the line of a bad row after a preamble and comments', async () => {
  const text = `it,"s\n\n${header}unit,"x\n#c\n${time},a,x\n\n#d,"\n${time},"\n#e",1\n${time},b\n${time},c,y\n`
  const { rows, report } = await read(text, { comment: '#', skipAfterHeader: 1, maxBadRows: 3 })
  expect(rows).toEqual([[first, '\n#e', 1]])
  expect(report.bad).toMatchObject([
    { line: 6 },
    { line: 11, reason: 'expected 3 fields, got 2' },
    { line: 12 },
  ])
})

test('a comment character within a line is a character', async () => {
  expect((await read(`${header}${time},x#1,1.5\n`, { comment: '#' })).rows).toEqual([[first, 'x#1', 1.5]])
  const single = defineTable({ name: 't', columns: { n: { type: 'integer' } } })
  expect((await readText(single, 'a.csv', 'n\n#x\n1\n#\n2\n', { comment: '#' })).rows).toEqual([[1], [2]])
})

test.each([
  [{ skipLines: -1 }, '`skipLines` expected a number of lines from 0 to 100000, got -1'],
  [{ skipAfterHeader: 1.5 }, '`skipAfterHeader` expected a number of lines from 0 to 100000, got 1.5'],
  [
    { skipAfterHeader: 1, noHeader: true },
    '`skipAfterHeader` expected a header, got `noHeader` too: `skipLines` skips lines before the rows',
  ],
  [{ comment: '//' }, '`comment` expected one ASCII character such as #, got "//"'],
  [
    { comment: ';', delimiter: ';' },
    '`comment` expected another character than `delimiter` and `quote`, got ;',
  ],
])('%j is refused', async (options, message) => {
  await expect(read(header, options)).rejects.toThrow(new RangeError(message))
})

test('a file that states another delimiter is refused', async () => {
  await expect(read(`sep=;\n${header}`, { delimiter: ',' })).rejects.toThrow(
    '`delimiter` expected ;, which the first line of the file states (sep=;), got ","',
  )
})

test('any rows after any preamble, units and comments read back', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '#', ' ', '1', 'ä') })
  const text = fc.string({ unit: fc.constantFrom('a', '#', '\n', '"', ',', "'") })
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 5 }),
      fc.array(line, { maxLength: 3 }),
      fc.array(fc.tuple(text, fc.option(line)), { minLength: 1, maxLength: 10 }),
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
      async (preamble, units, rows, isStated, lineEnd) => {
        const lines = [
          ...preamble,
          header.trim(),
          ...units,
          ...rows.flatMap(([site, comment]) => [
            `${time},"${site.replaceAll('"', '""')}",1`,
            ...(comment === null ? [] : [`#${comment}`]),
          ]),
        ]
        const isPlain = preamble.every((each) => each.trim() === '' || each.startsWith('#'))
        const skips = isStated || !isPlain ? { skipLines: preamble.length } : {}
        const options = { comment: '#', quote: '"', delimiter: ',', skipAfterHeader: units.length, ...skips }
        expect((await read(lines.map((each) => each + lineEnd).join(''), options)).rows).toEqual(
          rows.map(([site]) => [first, site, 1]),
        )
      },
    ),
    { numRuns: 25 },
  )
})
