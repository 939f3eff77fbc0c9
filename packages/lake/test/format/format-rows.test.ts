import type { ResultColumn } from '@minilake/analytics'
import { expect, test } from 'vitest'
import { formatRows, jsonText, type ResultFormat, tableText } from '../../src/format.js'

const valuesOf = (...values: number[]) =>
  tableText(
    [{ name: 'v', type: 'double' }],
    values.map((v) => ({ v })),
  )
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line) => line.trim())

test.each([
  // One outlier, however great or small, changes no other value.
  [
    [120.25, 121.5, 1e12, 119.75],
    ['120.25', '121.50', '1000000000000.00', '119.75'],
  ],
  [
    [3.14159, 1e12],
    ['3.14159', '1000000000000.00000'],
  ],
  [
    [0.25, 1e300],
    ['0.25', '1e+300'],
  ],
  [
    [0.5, 1e9, 2e9],
    ['0.5', '1000000000', '2000000000'],
  ],
  [
    [123.456789, 1e9, 2e9],
    ['123', '1000000000', '2000000000'],
  ],
  [
    [1.56789, 1e9, 2e9],
    ['1.56789', '1000000000', '2000000000'],
  ],
  [
    [1e-12, 20.5, 21.25],
    ['1e-12', '20.50', '21.25'],
  ],
  // Seven digits of the middle value, and no digits of binary numbers.
  [
    [0.1 + 0.2, 1 / 3],
    ['0.3000000', '0.3333333'],
  ],
  [
    [100 / 3, 200 / 3, 400 / 3],
    ['33.33333', '66.66667', '133.33333'],
  ],
  [
    [0.1, 1e-7 / 3],
    ['0.1', '3.333333e-8'],
  ],
  [
    [1e12 + 0.1, 0.123456],
    ['1000000000000.100000', '0.123456'],
  ],
  [
    [0, -0, -0.5],
    ['0.0', '-0.0', '-0.5'],
  ],
  [[-0], ['-0']],
  [
    [1, 2],
    ['1', '2'],
  ],
])('%j is shown as %j', (values, shown) => {
  expect(valuesOf(...values)).toEqual(shown)
})

/** What is printed of a result with one row. */
async function printed(
  row: Record<string, unknown>,
  types: readonly (readonly [string, ResultColumn['type']])[],
  format: ResultFormat,
): Promise<string> {
  const columns = types.map(([name, type]) => ({
    name,
    engineType: 'any',
    ...(type && { type }),
  }))
  let text = ''
  const result = {
    columns: () => Promise.resolve(columns),
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(row)
    },
  }
  const write = (part: string) => Promise.resolve(void (text += part))
  await formatRows(result, { format, limit: Infinity, width: 80, write })
  return text
}

test.each([
  ['table', '   v\n────\n-0.1\n'],
  ['csv', 'v\n-0.1\n'],
  ['ndjson', '{"v":-0.1}\n'],
  ['json', '[\n  {"v":-0.1}\n]\n'],
] as const)('a real is printed with its shortest text: %s', async (format, text) => {
  expect(await printed({ v: Math.fround(-0.1) }, [['v', 'real']], format)).toBe(text)
})

test.each([0, -0, 1, 0.1, 16777216, 3.4028235e38, 1e-45, 123456.79, 8.589973e9, NaN, -Infinity])(
  'the text of the real %d reads as the same number',
  async (value) => {
    const real = Math.fround(value)
    const [, text = ''] = (await printed({ v: real }, [['v', 'real']], 'csv')).split('\n')
    expect(Math.fround(Number(text))).toBe(real)
    expect(text.length).toBeLessThanOrEqual(String(value).length + 5)
  },
)

test('negative zero keeps its sign', async () => {
  const [row, types] = [{ v: -0 }, [['v', 'double']]] as const
  expect(await printed(row, types, 'csv')).toBe('v\n-0\n')
  expect(await printed(row, types, 'ndjson')).toBe('{"v":-0.0}\n')
  expect(JSON.parse(await printed(row, types, 'json'))).toEqual([{ v: -0 }])
})

test('JSON has the columns in order, whatever their names, and every value', async () => {
  const time = new Date(0)
  time.toISOString = () => '1970-01-01T00:00:00.000123Z'
  const row = { b: null, 2: 'two', 1: 7n, time }
  const types = [
    ['time', 'timestamp'],
    ['b', 'double'],
    ['2', 'varchar'],
    ['1', 'bigint'],
  ] as const
  expect(await printed(row, types, 'ndjson')).toBe(
    '{"time":"1970-01-01T00:00:00.000123Z","b":null,"2":"two","1":7}\n',
  )
  expect(await printed(row, types.slice(0, 1), 'csv')).toBe('time\n1970-01-01T00:00:00.000123Z\n')
  expect(
    await printed(
      { v: NaN, w: 2n ** 60n },
      [
        ['v', 'double'],
        ['w', 'bigint'],
      ],
      'ndjson',
    ),
  ).toBe('{"v":"NaN","w":"1152921504606846976"}\n')
})

test('formats a table of very many rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, v) => ({ v: v / 2 }))
  expect(tableText([{ name: 'v', type: 'double' }], rows).split('\n')).toHaveLength(200_003)
})

test('JSON loses no integer, no NaN and no time', () => {
  const value = { a: 7n, b: 9_007_199_254_740_993n, c: NaN, d: -Infinity, e: new Date(0), f: null }
  expect(jsonText(value)).toBe(
    '{"a":7,"b":"9007199254740993","c":"NaN","d":"-Infinity","e":"1970-01-01T00:00:00.000Z","f":null}',
  )
})
