import { defineTable, type TableSource } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readText } from './read-files.js'

const reading = {
  name: 'reading',
  columns: { at: { type: 'timestamp' }, v: { type: 'double', nullable: true } },
} as const

const withSource = (source: TableSource) => defineTable({ ...reading, source })

test('the options in the source of a table are those of its imports', async () => {
  const table = withSource({
    map: { zeit: 'at', wert: 'v' },
    timeFormat: '%d.%m.%Y %H:%M',
    zone: 'Europe/Berlin',
    delimiter: ';',
    decimal: ',',
    nullText: ['-'],
  })
  const { rows } = await readText(table, 'a.csv', 'Zeit;Wert\n01.01.2026 01:00;1,5\n01.01.2026 02:00;-\n')
  expect(rows).toEqual([
    [1_767_225_600_000_000n, 1.5],
    [1_767_229_200_000_000n, null],
  ])
})

test('options of an import win over the source, and its map is added to that of the source', async () => {
  const table = withSource({ map: { t: 'at', w: 'v' }, zone: 'UTC', decimal: ',' })
  const text = 'zeit;W\n2026-01-01 02:00:00;1.5\n'
  const { rows } = await readText(table, 'a.csv', text, { map: { zeit: 'at' }, zone: '+02:00', decimal: '.' })
  expect(rows).toEqual([[1_767_225_600_000_000n, 1.5]])
})

test('a file may lack what the map of the source names, and not what the map of the import names', async () => {
  const table = withSource({ map: { t: 'at', w: 'v' }, zone: 'UTC' })
  const text = 'at\n2026-01-01 00:00:00\n'
  expect((await readText(table, 'a.csv', text)).rows).toEqual([[1_767_225_600_000_000n, null]])
  await expect(readText(table, 'a.csv', text, { map: { w: 'v' } })).rejects.toThrow('got w')
})

test('any dialect gives the same rows from the source and from options', async () => {
  const dialect = fc.record({
    delimiter: fc.constantFrom(';', '\t', '|'),
    decimal: fc.constantFrom('.', ','),
    skipAfterHeader: fc.nat({ max: 2 }),
    comment: fc.constantFrom('#', '!'),
    nullText: fc.constantFrom('NA', '-9999'),
    zone: fc.constantFrom('UTC', '+02:00', 'Europe/Berlin'),
  })
  await fc.assert(
    fc.asyncProperty(
      dialect,
      fc.array(fc.option(fc.integer(), { nil: null }), { minLength: 1 }),
      async (source, values) => {
        const line = (value: number | null) =>
          `2026-01-01 12:00:00${source.delimiter}${value === null ? source.nullText : `${value}${source.decimal}5`}\n`
        const text = `${source.comment} one\nat${source.delimiter}v\n${'unit\n'.repeat(source.skipAfterHeader)}${values.map(line).join('')}`
        const fromSource = await readText(withSource(source), 'a.csv', text)
        const fromOptions = await readText(defineTable(reading), 'a.csv', text, source)
        expect(fromSource.rows).toEqual(fromOptions.rows)
        expect(fromSource.rows.map(([, v]) => v)).toEqual(
          values.map((value) => (value === null ? null : Number(`${value}.5`))),
        )
      },
    ),
    { numRuns: 20 },
  )
})
