import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExactJson } from '../../src/trino/exact-json.js'

const { parse } = JSON
const isLong = (text: string) => /^-?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text))

test.each<[string, unknown]>([
  ['[9007199254740993]', ['9007199254740993']],
  ['[-9223372036854775808,1]', ['-9223372036854775808', 1]],
  ['[9007199254740991,-9007199254740992]', [9007199254740991, '-9007199254740992']],
  ['{"a" : 12345678901234567 }', { a: '12345678901234567' }],
  ['[ 12345678901234567\n, 123456789012345]', ['12345678901234567', 123456789012345]],
  ['[0.12345678901234567,-1.2345678901234567E16]', [0.12345678901234567, -1.2345678901234567e16]],
  ['[12345678901234567.5,12345678901234567e3]', [12345678901234567.5, 12345678901234567e3]],
  [
    String.raw`["[12345678901234567]","\\",12345678901234567,"\",12345678901234567,"]`,
    ['[12345678901234567]', '\\', '12345678901234567', '",12345678901234567,'],
  ],
])('reads %s exactly', (text, value) => {
  expect(parseExactJson(text)).toEqual(value)
})

const text = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '[', ']', ':', '1234567890123456', '-', '7', 'ä', '\n'),
})
const value = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double(),
  fc.integer(),
  text,
  fc.constant(null),
)

test('integers that are not safe become text, and everything else is as JSON.parse reads it, whatever the texts', () => {
  fc.assert(
    fc.property(fc.array(fc.array(value)), fc.constantFrom('', ' ', '\n\t'), text, (rows, space, name) => {
      const written = (item: unknown) => (typeof item === 'bigint' ? String(item) : JSON.stringify(item))
      const json = `{${JSON.stringify(name)}:${space}[${rows
        .map((row) => `[${row.map((item) => space + written(item) + space).join(',')}]`)
        .join(`,${space}`)}]}`
      const expected = rows.map((row) =>
        row.map((item): unknown => (isLong(written(item)) ? written(item) : parse(written(item)))),
      )
      expect(parseExactJson(json)).toEqual({ [name]: expected })
    }),
    { numRuns: 1000 },
  )
})

test('reads a long page and a long text', () => {
  const long = 'pump "\\" '.repeat(1_000_000)
  expect(parseExactJson(JSON.stringify([long, 'x']).replace('"x"', '12345678901234567'))).toEqual([
    long,
    '12345678901234567',
  ])
})

test('invalid JSON is a SyntaxError', () => {
  for (const wrong of ['', '{', '[12345678901234567', '["a,12345678901234567]', '[12345678901234567,"]']) {
    expect(() => parseExactJson(wrong)).toThrow(SyntaxError)
  }
})
