import { defineTable, type Table } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeFile, type FileDescription } from '../../src/index.js'
import { filesWith, readText } from '../read-files.js'

async function described(name: string, content: string): Promise<FileDescription> {
  const [path = ''] = await filesWith({ [name]: content })
  return describeFile(path)
}

const columnsOf = ({ columns }: FileDescription) =>
  columns.map(({ name, type, nullable }) => `${name}:${type}${nullable ? '?' : ''}`).join(' ')

/** The table of a description, with what the file cannot tell filled in. */
function tableOf({ columns, source }: FileDescription, filledIn: object): Table {
  return (defineTable as (table: Table) => Table)({
    name: 't',
    columns: Object.fromEntries(columns.map(({ name, ...column }) => [name, column])),
    source: { ...source, ...filledIn },
  })
}

test('tells the names, types and gaps of a CSV, and how its texts are written', async () => {
  const found = await described(
    'a.csv',
    'Zeit;Druck (bar);Zahl;An;Name;Code\n01.02.2026 13:00;1,5;3;ja;x;007\n14.02.2026 13:00;NA;;yes;y;8\n',
  )
  expect(columnsOf(found)).toBe(
    'zeit:timestamp druck_bar:double? zahl:bigint? an:varchar name:varchar code:varchar',
  )
  expect(found).toMatchObject({
    time: 'zeit',
    source: { delimiter: ';', decimal: ',', nullText: ['NA'], timeFormat: '%d.%m.%Y %H:%M' },
    open: [{ option: 'zone' }],
  })
})

test('finds the header after a preamble, and skips units', async () => {
  const text = 'logger 7\n# one\ntime,v\ns,bar\n2026-01-01T00:00:00Z,1.5\n2026-01-01T00:01:00Z,2.5\n'
  const found = await described('a.csv', text)
  expect(columnsOf(found)).toBe('time:timestamp v:double')
  expect(found.source).toMatchObject({ skipAfterHeader: 1, comment: '#' })
  expect(found.open).toEqual([])
  expect((await readText(tableOf(found, {}), 'a.csv', text)).rows).toHaveLength(2)
})

test('does not guess whether the day or the month comes first', async () => {
  const found = await described('a.csv', 'at,v\n01/02/2026 10:00,1\n03/04/2026 10:00,2\n')
  expect(found.open[0]).toEqual({
    option: 'timeFormat',
    choices: ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M'],
  })
  expect(found.source.timeFormat).toBeUndefined()
})

test('joins the date and the time of day', async () => {
  const text = 'Date;Time;v\n16/12/2006;17:24:00;4.2\n16/12/2006;17:25:00;?\n'
  const found = await described('a.txt', text)
  expect(columnsOf(found)).toBe('event_timestamp:timestamp v:double?')
  expect(found.source).toMatchObject({
    map: { 'Date,Time': 'event_timestamp' },
    timeFormat: '%d/%m/%Y %H:%M:%S',
  })
  const { rows } = await readText(tableOf(found, { zone: 'UTC' }), 'a.txt', text)
  expect(rows.map(([, v]) => v)).toEqual([4.2, null])
})

test.each([
  [
    'pandas index',
    ',v\n2026-01-01T00:00:00Z,1.5\n',
    'column_1:timestamp v:double',
    { map: { '#1': 'column_1' } },
  ],
  [
    'doubled names',
    'at,v,v\n2026-01-01T00:00:00Z,1.5,2\n',
    'at:timestamp v:double v_2:bigint',
    { map: { '#2': 'v', '#3': 'v_2' } },
  ],
  [
    'no header',
    '2026-01-01T00:00:00Z,1.5\n2026-01-02T00:00:00Z,1.5\n',
    'column_1:timestamp column_2:double',
    { noHeader: true },
  ],
  ['seconds', 'time,v\n1767225600,1.5\n', 'time:timestamp v:double', { timeFormat: 'epoch-s' }],
  ['old days', 'day,v\n1958-03-29,1.5\n', 'day:timestamp v:double', { years: [1958, 2100] }],
  [
    'NDJSON',
    '{"at":"2026-01-01T00:00:00Z","v":1.5,"ok":true}\n{"at":"2026-01-01T00:00:01Z"}\n',
    'at:timestamp ok:boolean? v:double?',
    {},
  ],
])('describes %s', async (kind, text, columns, source) => {
  const found = await described(kind === 'NDJSON' ? 'a.ndjson' : 'a.csv', text)
  expect(columnsOf(found)).toBe(columns)
  expect(found.source).toMatchObject(source)
  await readText(
    tableOf(found, found.open.length > 0 ? { zone: 'UTC' } : {}),
    kind === 'NDJSON' ? 'a.ndjson' : 'a.csv',
    text,
  )
})

test('any file can be imported with its description, all rows and numbers unchanged', async () => {
  const dialect = fc.record({
    delimiter: fc.constantFrom(';', '\t', '|'),
    decimal: fc.constantFrom('.', ','),
    preamble: fc.nat({ max: 2 }),
    gap: fc.constantFrom('', 'NA', '-'),
  })
  const anyName = fc.stringMatching(/^[A-Za-z][A-Za-z .()]{0,8}$/)
  const anyValue = fc.option(fc.integer({ min: -1e6, max: 1e6 }), { nil: null })
  await fc.assert(
    fc.asyncProperty(
      dialect,
      fc.uniqueArray(anyName, { minLength: 1, maxLength: 4, selector: (name) => name.trim().toLowerCase() }),
      fc.array(anyValue, { minLength: 1, maxLength: 20 }),
      async ({ delimiter, decimal, preamble, gap }, names, values) => {
        const cell = (value: number | null) => (value === null ? gap : `${value}${decimal}25`)
        const lines = values.map((value, row) =>
          [`2026-01-01T00:00:${String(row).padStart(2, '0')}Z`, ...names.map(() => cell(value))].join(
            delimiter,
          ),
        )
        const text = [
          ...Array.from({ length: preamble }, () => 'logger'),
          ['at_time', ...names].join(delimiter),
          ...lines,
          '',
        ].join('\n')
        const found = await described('a.csv', text)
        expect(found.open).toEqual([])
        const { rows } = await readText(tableOf(found, {}), 'a.csv', text)
        const isAllGaps = values.every((value) => value === null)
        expect(rows.map((row) => row[1])).toEqual(
          values.map((value) =>
            value === null ? (isAllGaps && gap !== '' ? gap : null) : Number(`${value}.25`),
          ),
        )
      },
    ),
    { numRuns: 8 },
  )
})
