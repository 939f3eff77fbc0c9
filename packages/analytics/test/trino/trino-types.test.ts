import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trinoResultColumns } from '../../src/trino/trino-types.js'

const read = (type: string, value: unknown, typeSignature?: object) => {
  const [column] = trinoResultColumns([{ name: 'v', type, ...(typeSignature && { typeSignature }) } as never])
  return column!.read(value)
}
/** A year as Trino writes it: with a sign beyond 9999, and without leading zeros beyond four digits. */
const trinoText = (iso: string) =>
  iso
    .replace(/^([+-])0+(?=\d{4})/, '$1')
    .replace('T', ' ')
    .replace('Z', '')

describe('a timestamp', () => {
  test('reads as the moment in UTC, over the whole range of Date', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true }),
        fc.constantFrom('', '456', '999999999'),
        (date, finer) => {
          expect(read('timestamp(12)', trinoText(date.toISOString()) + finer)).toEqual(date)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['timestamp(0)', '2026-01-01 00:00:00', '2026-01-01T00:00:00.000Z'],
    ['timestamp(1)', '2026-01-01 00:00:00.9', '2026-01-01T00:00:00.900Z'],
    ['timestamp(2)', '0099-02-28 23:59:59.09', '0099-02-28T23:59:59.090Z'],
    ['timestamp(6)', '1969-12-31 23:59:59.999999', '1969-12-31T23:59:59.999Z'],
    ['timestamp(6)', '-0001-01-01 00:00:00.000999', '-000001-01-01T00:00:00.000Z'],
    ['timestamp(3)', '+12345-01-01 00:00:00.123', '+012345-01-01T00:00:00.123Z'],
    ['timestamp(3) with time zone', '2026-01-01 00:00:00.123 UTC', '2026-01-01T00:00:00.123Z'],
    ['timestamp(0) with time zone', '2026-01-01 00:00:00 +05:30', '2025-12-31T18:30:00.000Z'],
    ['timestamp(6) with time zone', '2026-01-01 00:00:00.123456 -03:30', '2026-01-01T03:30:00.123Z'],
  ])('%s %s is %s', (type, text, iso) => {
    expect(read(type, text)).toEqual(new Date(iso))
  })

  test.each([
    ['timestamp(6)', '1969-12-31 23:59:59.999900', '1969-12-31T23:59:59.9999Z'],
    ['timestamp(12)', '2026-01-01 00:00:00.000000000001', '2026-01-01T00:00:00.000000000001Z'],
    ['timestamp(6) with time zone', '2026-01-01 00:00:00.123456 -03:30', '2026-01-01T03:30:00.123456Z'],
    ['timestamp(1)', '2026-01-01 00:00:00.9', '2026-01-01T00:00:00.900Z'],
  ])('%s %s has all its digits as text', (type, text, iso) => {
    expect((read(type, text) as Date).toISOString()).toBe(iso)
  })

  test.each([
    ['timestamp(3)', '+275760-09-13 00:00:00.001'],
    ['timestamp(3)', '-271821-04-19 23:59:59.999'],
    ['date', '+275760-09-14'],
  ])('%s %s is a RangeError', (type, text) => {
    expect(() => read(type, text)).toThrow(`timestamp expected one that a Date can hold, got ${text}`)
  })

  test('with a named zone is a RangeError that says what to select', () => {
    expect(() => read('timestamp(0) with time zone', '2026-10-25 02:30:00 Europe/Paris')).toThrow(
      "time with a zone expected UTC or an offset, got 2026-10-25 02:30:00 Europe/Paris: select it AT TIME ZONE 'UTC'",
    )
  })
})

test.each([
  ['date', '2026-02-28', '2026-02-28'],
  ['date', '+12345-01-01', '+012345-01-01'],
  ['date', '-0001-01-01', '-000001-01-01'],
  ['double', 'NaN', NaN],
  ['double', '-Infinity', -Infinity],
  ['double', -0, -0],
  ['real', 'Infinity', Infinity],
  ['real', 0.1, Math.fround(0.1)],
  ['bigint', '9007199254740993', 9007199254740993n],
  ['char(5)', 'ab   ', 'ab   '],
  ['decimal(38, 2)', '1.00', '1.00'],
  ['some_type_of_the_future(7)', 'text', 'text'],
  ['some_type_of_the_future(7)', { a: [1] }, '{"a":[1]}'],
])('%s %j reads as %s', (type, value, expected) => {
  expect(read(type, value)).toEqual(expected)
})

test('a bigint within an array, map or row keeps its digits, and a text of digits its quotation marks', () => {
  const type = (rawType: string, ...args: object[]) => ({
    rawType,
    arguments: args.map((value) => ({ value })),
  })
  const varchar = { rawType: 'varchar', arguments: [{ value: 16 }] }
  const row = type(
    'row',
    { fieldName: { name: 'a' }, typeSignature: varchar },
    { typeSignature: type('bigint') },
  )
  const map = type('map', varchar, type('array', row))
  expect(read('map(…)', { 'a"b': [['9007199254740993', '9007199254740993'], null, [null, 7]] }, map)).toBe(
    '{"a\\"b":[["9007199254740993",9007199254740993],null,[null,7]]}',
  )
})

test('repeated column names become distinct', () => {
  const namesOf = (...names: string[]) =>
    trinoResultColumns(names.map((name) => ({ name, type: 'integer' }))).map(({ name }) => name)
  expect(namesOf('a', 'b', 'a', 'a')).toEqual(['a', 'b', 'a:1', 'a:2'])
  expect(namesOf('x', 'x:1', 'x')).toEqual(['x', 'x:1', 'x:2'])
  fc.assert(
    fc.property(fc.array(fc.constantFrom('x', 'x:1', 'x:2', 'x:1:1', '')), (names) => {
      const distinct = namesOf(...names)
      expect(new Set(distinct).size).toBe(names.length)
      names.forEach((name, index) => {
        if (names.indexOf(name) === index) expect(distinct[index]).toBe(name)
      })
    }),
  )
})
