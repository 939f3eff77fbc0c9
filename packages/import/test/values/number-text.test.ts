import { defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readText } from '../read-files.js'

const table = defineTable({
  name: 't',
  columns: { v: { type: 'double' }, n: { type: 'bigint' } },
})

const separators = fc
  .tuple(fc.constantFrom('.', ','), fc.constantFrom(undefined, '.', ',', "'", ' ', '\u00a0', '\u202f'))
  .filter(([decimal, thousands]) => decimal !== thousands)

function grouped(digits: string, thousands = ''): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, thousands)
}

test('numbers in any dialect read back the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      separators,
      fc.array(fc.tuple(fc.double({ noNaN: true }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), {
        minLength: 1,
      }),
      async ([decimal, thousands], rows) => {
        const text = (value: number | bigint) => {
          const [, sign = '', whole = '', rest = ''] =
            /^(-?)(\d+)(.*)$/.exec(Object.is(value, -0) ? '-0.0' : String(value)) ?? []
          return whole === ''
            ? String(value)
            : `${sign}${grouped(whole, thousands)}${rest.replace('.', decimal)}`
        }
        const csv = `v;n\n${rows.map((row) => row.map(text).join(';')).join('\n')}\n`
        const options = { decimal, ...(thousands !== undefined && { thousands }), quote: '"' }
        expect((await readText(table, 'a.csv', csv, options)).rows).toEqual(rows)
      },
    ),
    { numRuns: 25 },
  )
})

test('a number in another dialect is a bad row', async () => {
  const bad = async (lines: string[], options: object) =>
    (
      await readText(table, 'a.csv', `v;n\n${lines.join('\n')}\n1;1\n`, {
        maxBadRows: lines.length,
        ...options,
      })
    ).report.bad
  const comma = await bad(['1.5;1', '1,5,5;1', '1;1.000'], { decimal: ',' })
  expect(comma.map(({ reason }) => reason)).toEqual([
    'expected a number with a decimal comma',
    'expected a number with a decimal comma',
    'expected a whole number of 64 bits with a decimal comma',
  ])
  expect(
    await bad(['1.5;1', '1.00,5;1', '.001;1', '1;1.0000'], { decimal: ',', thousands: '.' }),
  ).toHaveLength(4)
  expect(await bad(['1,5;1', '1,000;1'], {})).toHaveLength(2)
})

test.each([
  [{ decimal: ';' }, '`decimal` expected . or , got ";"'],
  [{ thousands: 'x' }, '`thousands` expected . or , or \' or a blank, got "x"'],
  [{ thousands: '.' }, '`thousands` expected another character than `decimal`, got . for both'],
  [{ decimal: ',', thousands: ',' }, '`thousands` expected another character than `decimal`, got , for both'],
])('%j is refused', async (options, message) => {
  await expect(readText(table, 'a.csv', 'v;n\n1;1\n', options)).rejects.toThrow(new RangeError(message))
})

test('booleans are written in many ways', async () => {
  const flags = defineTable({ name: 't', columns: { on: { type: 'boolean' } } })
  const [yes, no] = [
    'true,t,YES,y,on,On,1,1.0, 1 '.split(','),
    'false,F,no,n,off,OFF,0,0.0, false '.split(','),
  ]
  const read = async (texts: string[]) => (await readText(flags, 'a.csv', `on\n${texts.join('\n')}\n`)).rows
  expect(await read(yes)).toEqual(yes.map(() => [1]))
  expect(await read(no)).toEqual(no.map(() => [0]))
  await expect(read(['2'])).rejects.toThrow(
    'expected true or false (or t, f, yes, no, on, off, 1, 0), got "2"',
  )
  expect((await readText(flags, 'a.ndjson', '{"on":1.0}\n{"on":"off"}\n')).rows).toEqual([[1], [0]])
})
