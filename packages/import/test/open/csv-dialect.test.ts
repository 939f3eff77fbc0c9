import { expect, test } from 'vitest'
import { detectDialect } from '../../src/open/csv-dialect.js'

const wanted = new Set(['time', 'site', 'power'])
const detect = (head: string, given: Partial<Parameters<typeof detectDialect>[1]> = {}) =>
  detectDialect(head, { isWanted: (name) => wanted.has(name), fieldCount: 3, ...given })

test.each([
  ['time,site,power\n', ','],
  ['time;site;power\n1;a,b,c,d;2,5\n', ';'],
  ['time\tsite\tpower\r\n', '\t'],
  ['time|site|power', '|'],
  ['power\n1\n', ','],
])('the delimiter of %j is %j', (head, delimiter) => {
  expect(detect(head)).toMatchObject({ delimiter, quote: '"', header: true })
})

test.each([
  [`time,site,power\n1,'a,b',2\n`, `'`],
  [`'time','site','power'\n`, `'`],
  [`time,site,power\n1,"it's",2\n`, '"'],
  [`time,site,power\n1,O'Hara,2\n`, '"'],
])('the quote of %j is %s', (head, quote) => {
  expect(detect(head).quote).toBe(quote)
})

test('header fields can be quoted and contain delimiters, line ends and doubled quotes', () => {
  expect(detect('"time","si,te\n""x""",power\n1,2,3').fields).toEqual(['time', 'si,te\n"x"', 'power'])
  expect(detect('time,"unended\n1,2').fields).toEqual(['time', 'unended\n1,2'])
  expect(detect('').fields).toEqual([''])
})

test('without a header, the delimiter is the one that yields the right number of fields', () => {
  expect(detect('1,5;a;2\n', { header: false })).toMatchObject({ delimiter: ';', header: false })
})

test('given parts of the dialect are not detected', () => {
  const given = { delimiter: '|', quote: '', header: true }
  expect(detect(`'time',site,power\n`, given)).toEqual({
    ...given,
    fields: [`'time',site,power`],
    line: 1,
    skippedLines: 1,
  })
})
