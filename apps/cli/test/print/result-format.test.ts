import { expect, test } from 'vitest'
import { jsonText } from '../../src/print/result-format.js'
import { tableText } from '../../src/print/table-text.js'

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
  expect(text.split('\n').slice(2, 5)).toEqual(['123456.5', ' 1.00e-9', '     0.0'])
})

test('a table of very many rows is made all the same', () => {
  const rows = Array.from({ length: 200_000 }, (_, v) => ({ v: v / 2 }))
  expect(tableText([{ name: 'v', type: 'double' }], rows).split('\n')).toHaveLength(200_003)
})

test('JSON loses no integer, no NaN and no time', () => {
  const value = { a: 7n, b: 9_007_199_254_740_993n, c: NaN, d: -Infinity, e: new Date(0), f: null }
  expect(jsonText(value)).toBe(
    '{"a":7,"b":"9007199254740993","c":"NaN","d":"-Infinity","e":"1970-01-01T00:00:00.000Z","f":null}',
  )
})
