import { expect, test } from 'vitest'
import { parsePage } from '../../src/trino/parse-page.js'

const pageOf = (type: string, value: string) =>
  `{"columns":[{"name":"a","type":"double"},{"name":"b","type":${JSON.stringify(type)}}],"data":[[1.5,null],[2.5,${value}]],"stats":{}}`

test.each([
  ['bigint', '9007199254740993', '9007199254740993'],
  ['array(bigint)', '[1,9007199254740993]', [1, '9007199254740993']],
  ['map(varchar, row("x" bigint))', '{"k":[-9223372036854775808]}', { k: ['-9223372036854775808'] }],
  ['bigint', '7', 7],
  ['double', '1.0E300', 1e300],
])('a page with a %s of %s keeps all its digits', (type, text, value) => {
  expect(parsePage(pageOf(type, text))).toMatchObject({
    data: [
      [1.5, null],
      [2.5, value],
    ],
  })
})

test.each(['{"data":[[9007199254740993]]}', '{"columns":null,"data":[[9007199254740993]]}'])(
  'a page without columns, %s, keeps all its digits too',
  (text) => {
    expect(parsePage(text)).toMatchObject({ data: [['9007199254740993']] })
  },
)

test('what is no page is parsed', () => {
  expect(parsePage('null')).toBe(null)
  expect(parsePage('[1]')).toEqual([1])
  expect(() => parsePage('{"data":[')).toThrow(SyntaxError)
})
