import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { tableText, textColumns, wrapText } from '../../src/format.js'

test('a table aligns fractions by their point, texts by their width, and shows only what can be seen', () => {
  const columns = [
    { name: 'time', type: 'timestamp' },
    { name: 'value', type: 'double' },
    { name: 'place', type: 'varchar' },
    { name: 'n', type: 'bigint' },
  ] as const
  const rows = [
    { time: new Date('2026-01-01T00:00:00Z'), value: 1.5, place: '東京', n: 12n },
    { time: new Date('2026-01-01T00:00:00.250Z'), value: 150, place: 'a\u001b[31m\nb', n: 3n },
    { time: null, value: null, place: '', n: null },
  ]
  expect(tableText(columns, rows)).toBe(`time                     value  place      n
───────────────────────  ─────  ────────  ──
2026-01-01 00:00:00        1.5  東京      12
2026-01-01 00:00:00.250  150.0  a·[31m·b   3
–                            –             –
`)
})

test('a value too small beside the others is not shown as 0', () => {
  const text = tableText([{ name: 'v', type: 'double' }], [{ v: 123456.5 }, { v: 1e-9 }, { v: 0 }])
  expect(text.split('\n').slice(2, 5)).toEqual(['123456.5', '    1e-9', '     0.0'])
})

test('a table may have very many rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, v) => ({ v: v / 2 }))
  expect(tableText([{ name: 'v', type: 'double' }], rows).split('\n')).toHaveLength(200_003)
})

describe.each([40, 80, 120, 200])('at a width of %d', (width) => {
  const columns = [
    { name: 'event_timestamp', type: 'timestamp' },
    { name: 'average_pressure', type: 'double' },
    { name: 'place', type: 'varchar' },
    { name: 'note', type: 'varchar' },
    { name: 'readings', type: 'bigint' },
  ] as const
  const rows = [
    { event_timestamp: new Date(0), average_pressure: 1.5, place: '東京の工場', note: null, readings: 12n },
    {
      event_timestamp: new Date('2026-01-01T00:00:00.250Z'),
      average_pressure: 149.25,
      place: 'north',
      note: 'replaced the bearing of the second pump, and s3://iot-time-series/pump_daily/event_date=2026-01-01/',
      readings: 9_007_199_254_740_993n,
    },
  ]
  const text = tableText(columns, rows, { width })

  test('no line is wider', () => {
    for (const line of text.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
  })

  test('no value and no name is lost', () => {
    const shown = text.replace(/\s/g, '')
    for (const { name } of columns) expect(shown).toContain(name)
    for (const value of [
      '1970-01-0100:00:00',
      '2026-01-0100:00:00.250',
      '1.50',
      '149.25',
      '東京の工場',
      'north',
      '–',
      'replacedthebearingofthesecondpump,ands3://iot-time-series/pump_daily/event_date=2026-01-01/',
      '12',
      '9007199254740993',
    ])
      expect(shown).toContain(value)
  })
})

test('a table that fits keeps its columns; a wider one is a block per row', () => {
  const columns = textColumns(['name', 'state', 'where'])
  const rows = [
    { name: 'minio', state: 'ready', where: '127.0.0.1:9000' },
    { name: 'trino', state: 'stopped', where: '127.0.0.1:8080' },
  ]
  const aligned = `name   state    where
─────  ───────  ──────────────
minio  ready    127.0.0.1:9000
trino  stopped  127.0.0.1:8080
`
  expect(tableText(columns, rows)).toBe(aligned)
  expect(tableText(columns, rows, { width: 30 })).toBe(aligned)
  expect(tableText(columns, rows, { width: 29 })).toBe(`name   minio
state  ready
where  127.0.0.1:9000

name   trino
state  stopped
where  127.0.0.1:8080
`)
})

test('a table without rows shows its columns', () => {
  expect(tableText(textColumns(['name', 'where']), [], { width: 8 })).toBe('name  where\n────  ─────\n')
})

test('wrapped text breaks at blanks, and within a word only where the word is too long', () => {
  expect(wrapText('one two three four', { width: 18, indent: 4 })).toBe('one two three\n    four')
  expect(wrapText('abcdefghijklmnopqrst uv', { width: 18, indent: 4 })).toBe('abcdefghijklmn\n    opqrst uv')
  expect(wrapText('一二三四五六七八九', { width: 18, indent: 4 })).toBe('一二三四五六七\n    八九')
  expect(wrapText('short', { width: Infinity, indent: 4 })).toBe('short')
})
