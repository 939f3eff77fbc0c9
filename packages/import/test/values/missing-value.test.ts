import fc from 'fast-check'
import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { readText } from '../read-files.js'

const table = defineTable({
  name: 't',
  columns: {
    v: { type: 'double', nullable: true },
    n: { type: 'integer', nullable: true },
    at: { type: 'timestamp', nullable: true },
    day: { type: 'date', nullable: true },
    on: { type: 'boolean', nullable: true },
    name: { type: 'varchar', nullable: true },
  },
})
const none = [null, null, null, null, null]

test.each([
  ['csv', 'v,n,at,day,on,name\n"","","","","",""\n'],
  ['csv', 'v,n,at,day,on,name\n " "," ",  ,\t, ,""\n'.replaceAll(' "', '"')],
  ['ndjson', '{"v":"","n":" ","at":"","day":"\\t","on":"","name":""}\n'],
])('an empty or blank text in %s is no value, except in varchar: %j', async (format, text) => {
  expect((await readText(table, `a.${format}`, text)).rows).toEqual([[...none, '']])
})

test('a column that needs a value says so for an empty text', async () => {
  const needed = defineTable({ name: 't', columns: { v: { type: 'double' } } })
  const { report } = await readText(needed, 'a.csv', 'v\n"" \n1\n'.replace('"" ', '""'), { maxBadRows: 1 })
  expect(report.bad).toMatchObject([{ line: 2, column: 'v', value: '', reason: 'expected a value' }])
})

test('several null texts hold in and out of quotes, and in NDJSON', async () => {
  const options = { nullText: ['NA', '-'] }
  const csv = 'v,n,at,day,on,name\nNA,"-","NA",-,NA,"NA"\n-,NA,-,"NA"," - ",NAN\n'
  const rows = [
    [...none, null],
    [...none, 'NAN'],
  ]
  expect((await readText(table, 'a.csv', csv, options)).rows).toEqual(rows)
  expect((await readText(table, 'a.ndjson', '{"v":"NA","name":"-"}\n', options)).rows).toEqual([
    [...none, null],
  ])
})

test('a null text that is a number is compared as a number, and changes no other', async () => {
  const csv = 'v,n\n-9999,-9999\n"-9999.0",-9999.0\n-9.999e3,-9998\n-9999.5,\n'
  const options = { nullText: '-9999', ignoreExtra: true }
  const { rows } = await readText(table, 'a.csv', csv, options)
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    [null, null],
    [null, null],
    [null, -9998],
    [-9999.5, null],
  ])
  expect((await readText(table, 'a.ndjson', '{"v":-9999.0,"n":1}', options)).rows[0]?.slice(0, 2)).toEqual([
    null,
    1,
  ])
  // DuckDB casts 1.5 to the integer 2, which is the null text here.
  const { report } = await readText(table, 'a.csv', 'n\n1.5\n2\n', { nullText: '2', maxBadRows: 1 })
  expect(report.bad).toMatchObject([{ line: 2, value: '1.5', reason: 'expected a whole number of 32 bits' }])
})

test('any numbers and null texts read back', async () => {
  const pair = defineTable({
    name: 't',
    columns: { k: { type: 'integer' }, v: { type: 'double', nullable: true } },
  })
  const nullText = fc.constantFrom('NA', '-9999', '-', 'n/a', '9.969E36', 'null', '-1.#IND')
  await fc.assert(
    fc.asyncProperty(
      fc.array(nullText, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.option(fc.double({ noNaN: true })), fc.nat(), fc.boolean()), {
        minLength: 1,
        maxLength: 20,
      }),
      async (texts, values) => {
        const lines = values.map(([value, which, isQuoted], index) => {
          const text =
            value === null
              ? (texts[which % texts.length] as string)
              : Object.is(value, -0)
                ? '-0.0'
                : String(value)
          return `${index},${isQuoted ? `"${text}"` : text}`
        })
        const expected = values.map(([value], index) => [
          index,
          texts.map(Number).includes(value as number) ? null : value,
        ])
        expect(
          (await readText(pair, 'a.csv', `k,v\n${lines.join('\n')}\n`, { nullText: texts })).rows,
        ).toEqual(expected)
      },
    ),
    { numRuns: 20 },
  )
})
