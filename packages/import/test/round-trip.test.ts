import { columnsOf, type Table } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyRows, everyType, textOf } from './every-type.js'
import { type HeldValue, readText } from './read-files.js'
import { turbine } from './turbine.js'

/** All years that tables hold. */
const years = [1, 9999] as const

/** The dialect in which a test writes CSV. */
interface Layout {
  delimiter: string
  quote: string
  lineEnd: string
  endsLast: boolean
}

const anyLayout = fc.record<Layout>({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  endsLast: fc.boolean(),
})

/** Rows as CSV, with texts in quotes and nulls as empty fields. */
function csvOf(
  table: Table,
  rows: readonly (readonly HeldValue[])[],
  { delimiter, quote, lineEnd, endsLast }: Layout,
): string {
  const columns = columnsOf(table)
  const lines = rows.map((row) =>
    columns.map(([, { type }], index) => {
      const value = row[index] as HeldValue
      if (value === null) return ''
      const text = textOf[type](value)
      return type === 'varchar' ? quote + text.replaceAll(quote, quote + quote) + quote : text
    }),
  )
  const text = [columns.map(([name]) => name), ...lines].map((fields) => fields.join(delimiter)).join(lineEnd)
  return endsLast ? text + lineEnd : text
}

test('rows written as CSV read back the same, whatever the dialect', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows(everyType), anyLayout, async (rows, layout) => {
      const read = await readText(everyType, 'a.csv', csvOf(everyType, rows, layout), {
        quote: layout.quote,
        years,
      })
      expect(read.rows).toEqual(rows)
      expect(read.report).toMatchObject({ rows: rows.length, flooredTimes: 0 })
    }),
    { numRuns: 40 },
  )
})

test('rows written as NDJSON read back the same', async () => {
  const columns = columnsOf(everyType)
  await fc.assert(
    fc.asyncProperty(anyRows(everyType), fc.boolean(), async (rows, asText) => {
      const lines = rows.map((row) => {
        const fields = columns.flatMap(([name, { type }], index) => {
          const value = row[index] as HeldValue
          if (value === null) return []
          const isBare = !asText && ['double', 'real', 'bigint', 'integer', 'boolean'].includes(type)
          const isJson = isBare && (typeof value !== 'number' || Number.isFinite(value))
          const text = textOf[type](value)
          return [`${JSON.stringify(name)}:${isJson ? text : JSON.stringify(text)}`]
        })
        return `{${fields.join(',')}}\n`
      })
      expect((await readText(everyType, 'a.ndjson', lines.join(''), { years })).rows).toEqual(rows)
    }),
    { numRuns: 40 },
  )
})

test('times with any offset read back the same, whether each states the offset or `zone` does', async () => {
  const minutes = fc.integer({ min: -14 * 60, max: 14 * 60 })
  const time = fc.integer({ min: Date.parse('0001-01-02'), max: Date.parse('9999-12-30') })
  const clock = (millis: number, offset: number) =>
    new Date(millis + offset * 60_000).toISOString().slice(0, -1)
  const text = (offset: number) => {
    const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
    return `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(time, minutes), { minLength: 1 }), minutes, async (times, zone) => {
      const expected = times.map(([millis]) => [BigInt(millis) * 1000n, null, null])
      const named = times.map(([millis, offset]) => `${clock(millis, offset)}${text(offset)}`)
      const bare = times.map(([millis]) => clock(millis, zone))
      const csv = (lines: string[]) => `event_timestamp\n${lines.join('\n')}\n`
      expect((await readText(turbine, 'a.csv', csv(named), { years })).rows).toEqual(expected)
      expect((await readText(turbine, 'a.csv', csv(bare), { zone: text(zone), years })).rows).toEqual(
        expected,
      )
    }),
    { numRuns: 25 },
  )
})
