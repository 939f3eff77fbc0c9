import { expect, expectTypeOf, test } from 'vitest'
import { defineQuery, type Query } from '../src/index.js'

const peaks = defineQuery({
  sql: 'SELECT … WHERE t >= $since AND p > $above AND $since < now()',
  parameters: { since: { type: 'timestamp' }, above: { type: 'double', nullable: true } },
  columns: { peak: { type: 'double' }, text: { type: 'varchar', nullable: true } },
})
const since = new Date(0)

test('parameters and rows are typed', () => {
  const asked = peaks({ since, above: 1 })
  expectTypeOf<Parameters<typeof peaks>[0]>().toEqualTypeOf<{
    readonly since: Date
    readonly above: number | null
  }>()
  type Row = typeof asked extends Query<infer R, infer _> ? { -readonly [N in keyof R]: R[N] } : never
  expectTypeOf<Row>().toEqualTypeOf<{ peak: number; text: string | null }>()
  expect(asked.parameters).toEqual({
    since: { type: 'timestamp', value: since },
    above: { type: 'double', value: 1 },
  })
})

test('a query without parameters is called without values', () => {
  const all = defineQuery({ sql: "SELECT '$a' AS v", columns: { v: { type: 'varchar' } } })
  expect(all()).toMatchObject({ sql: "SELECT '$a' AS v" })
  // @ts-expect-error there are none
  expect(() => all({ v: 1 })).toThrow(TypeError)
})

test('the SQL in a dialect is checked when an engine asks for it', () => {
  const asked = defineQuery({
    sql: (dialect) => `SELECT ${dialect.isNumber('$x')} AS v`,
    parameters: { y: { type: 'double' } },
    columns: { v: { type: 'boolean' } },
  })({ y: 1 })
  expect(() => (asked.sql as (dialect: unknown) => string)({ isNumber: String })).toThrow(
    'query expected the type of $x among its parameters, got none',
  )
})

test.each([
  ['SELECT $a', {}, 'query expected the type of $a among its parameters, got none'],
  ['SELECT 1 -- $a', { a: { type: 'double' } }, 'query expected $a in its SQL, got a parameter without use'],
  ['SELECT t$a, "$a", \'$a\'', { a: { type: 'double' } }, 'query expected $a in its SQL'],
] as const)('%s with other parameters is refused', (sql, parameters, message) => {
  expect(() => defineQuery({ sql, parameters, columns: { v: { type: 'double' } } })).toThrow(message)
})

test.each([
  ['timestamp', '2026-01-01', "parameter v expected a Date of the years 0 to 9999, got '2026-01-01'"],
  ['timestamp', new Date(NaN), 'parameter v expected a Date of the years 0 to 9999'],
  ['timestamp', new Date(8.64e15), 'parameter v expected a Date of the years 0 to 9999'],
  ['date', '2026-02-30', "parameter v expected a day such as '2026-01-31'"],
  ['double', '1', "parameter v expected a number, got '1'"],
  ['bigint', 1, 'parameter v expected a bigint of 64 bits, got 1'],
  ['bigint', 2n ** 63n, 'parameter v expected a bigint of 64 bits'],
  ['integer', 1.5, 'parameter v expected a whole number of 32 bits, got 1.5'],
  ['integer', 2 ** 31, 'parameter v expected a whole number of 32 bits'],
  ['boolean', 1, 'parameter v expected true or false, got 1'],
  ['varchar', 'a\0b', 'parameter v expected a text without NUL characters'],
  ['varchar', null, 'parameter v expected a text without NUL characters, got null'],
  ['varchar', undefined, 'parameter v expected a text without NUL characters, got nothing'],
] as const)('a %s of %s is refused', (type, value, message) => {
  const asked = defineQuery({ sql: 'SELECT $v', parameters: { v: { type } }, columns: { v: { type } } })
  expect(() => asked({ v: value as never })).toThrow(message)
})

test('a value without a parameter is refused', () => {
  expect(() => peaks({ since, above: 1, below: 2 } as never)).toThrow(
    'query expected the parameters since, above, got below',
  )
})
