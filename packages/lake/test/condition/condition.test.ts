import { type Batch, batchesOf, defineTable, type InputRow } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionSql } from '../../src/condition/condition-sql.js'
import { matchingRows } from '../../src/condition/matching-rows.js'
import { parseCondition } from '../../src/condition/parse-condition.js'
import { UsageError } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const everything = defineTable({
  name: 'everything',
  columns: {
    id: { type: 'integer' },
    moment: { type: 'timestamp', nullable: true },
    day: { type: 'date', nullable: true },
    ratio: { type: 'double', nullable: true },
    short: { type: 'real', nullable: true },
    big: { type: 'bigint', nullable: true },
    count: { type: 'integer', nullable: true },
    flag: { type: 'boolean', nullable: true },
    note: { type: 'varchar', nullable: true },
  },
})
type Row = InputRow<typeof everything>

/** Values that literals meet often, in the language's own words and as a row holds them. */
const known = {
  moment: [
    '2026-01-05',
    '2026-01-05 10:00',
    '2026-01-05T10:00:00.5',
    '0001-01-01',
    '1969-12-31 23:59:59.999',
  ],
  day: ['2026-01-05', '1969-12-31', '0001-01-01'],
  ratio: ['0', '-0', '0.1', '1e308', '-5', '5e-324', '100'],
  short: ['0', '0.1', '-5', '16777217', '1e38'],
  big: ['0', '-1', '9007199254740993', '9223372036854775807'],
  count: ['0', '-1', '2147483647', '5000000000'],
  flag: ['TRUE', 'false'],
  note: ['', 'p1', "it's", '\u{1F41F}', '\uFFFD', 'P1', '%'],
} as const
type Name = keyof typeof known

const valueOf: { [N in Name]: (text: string) => unknown } = {
  moment: (text) => new Date(`${text.replace(' ', 'T')}${text.length > 10 ? '' : 'T00:00'}Z`),
  day: (text) => text,
  ratio: Number,
  short: (text) => Math.fround(Number(text)),
  big: BigInt,
  count: (text) => (text === '5000000000' ? 7 : Number(text)),
  flag: (text) => text === 'TRUE',
  note: (text) => text,
}
const extra: Partial<Record<Name, unknown[]>> = {
  ratio: [NaN, Infinity, -Infinity],
  short: [NaN, Infinity, -Infinity],
}
const valueArbitrary = (name: Name) =>
  fc.option(fc.constantFrom(...known[name].map(valueOf[name]), ...(extra[name] ?? [])), { freq: 5 })
const names = Object.keys(known) as Name[]
const rowArbitrary = fc.record(
  Object.fromEntries(names.map((name) => [name, valueArbitrary(name)])),
) as fc.Arbitrary<Omit<Row, 'id'>>

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
function literalArbitrary(name: Name): fc.Arbitrary<string> {
  const one = fc.constantFrom<string>(...known[name])
  if (name === 'moment') {
    const day = (text: string) => (text.length === 10 ? [`DATE ${quoted(text)}`] : [])
    return one.chain((text) => fc.constantFrom(quoted(text), `timestamp ${quoted(text)}`, ...day(text)))
  }
  if (name === 'day') return one.chain((text) => fc.constantFrom(quoted(text), `DATE ${quoted(text)}`))
  return one.map((text) => (name === 'note' ? quoted(text) : text))
}
const predicate = (name: Name) => {
  const literal = literalArbitrary(name)
  const not = fc.constantFrom('', 'NOT ')
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>='), literal)
      .map(([operator, value]) => `${name} ${operator} ${value}`),
    fc
      .tuple(not, fc.array(literal, { minLength: 1, maxLength: 4 }))
      .map(([no, values]) => `"${name}" ${no}in (${values.join(', ')})`),
    fc.tuple(not, literal, literal).map(([no, a, b]) => `${name} ${no}BETWEEN ${a} AND ${b}`),
    not.map((no) => `${name.toUpperCase()} is ${no}null`),
  )
}
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...names).chain(predicate),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `${a} AND ${b}`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `${a} or ${b}`),
    tie('condition').map((a) => `NOT ${a}`),
    tie('condition').map((a) => `(${a})`),
  ),
}))

test(
  'random conditions on random rows are answered as DuckDB answers their SQL',
  { timeout: 240_000 },
  async () => {
    const rows = fc.sample(rowArbitrary, 400).map((row, id): Row => ({ ...row, id }))
    const { lake } = await freshLake({ tables: [everything] })
    await lake.write(everything, rows)
    const { value: batch } = await batchesOf(everything, rows).next()
    const idsBy = async (where: string) => {
      const ids: number[] = []
      for await (const { id } of lake.query(
        `SELECT id FROM hive.iot_dw.everything WHERE ${where} ORDER BY id`,
      ))
        ids.push(Number(id))
      return ids
    }
    let some = 0
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const parsed = parseCondition(everything, text)
        const mask = matchingRows(parsed, batch as Batch<typeof everything>)
        const ours = rows.flatMap(({ id }) => (mask[id] === 1 ? [id] : []))
        if (ours.length > 0 && ours.length < rows.length) some += 1
        expect(ours).toEqual(await idsBy(conditionSql(parsed)))
        // DuckDB reads the text itself alike, but for NaN, and for literals of a real, which it takes for doubles.
        if (!/ratio|short/i.test(text)) expect(ours).toEqual(await idsBy(text))
      }),
      { numRuns: 400 },
    )
    expect(some).toBeGreaterThan(100)
  },
)

describe('a condition', () => {
  test('is rendered as quoted SQL', () => {
    const text = "NOT \"note\" = 'it''s' AND moment >= '2026-01-05T10:00+02:00' OR ratio > 1 OR short < 0.1"
    expect(conditionSql(parseCondition(everything, text))).toBe(
      `((NOT ("note" = 'it''s') AND "moment" >= TIMESTAMP '2026-01-05 08:00:00.000') OR ("ratio" > 1 AND "ratio" <= CAST('Infinity' AS DOUBLE)) OR "short" < CAST(0.10000000149011612E0 AS REAL))`,
    )
    expect(conditionSql(parseCondition(everything, "moment = '1969-12-31 23:59:59.999999'"))).toBe(
      `"moment" = TIMESTAMP '1969-12-31 23:59:59.999999'`,
    )
  })

  test.each(['p1', 'Pump_1', 'pump-0007', 'hall.2:a-b'])('takes the text %s without its quotes', (text) => {
    const sql = (condition: string) => conditionSql(parseCondition(turbine, condition))
    for (const condition of ['turbine_id = ?', 'turbine_id IN (?, ?)', 'NOT (turbine_id <> ?)AND power>1'])
      expect(sql(condition.replaceAll('?', text))).toBe(sql(condition.replaceAll('?', `'${text}'`)))
  })

  test('NaN is no number, and can be found', () => {
    const rows = {
      rowCount: 3,
      columns: { power: Float64Array.of(NaN, 1, 0) },
      nulls: { power: Uint8Array.of(0, 0, 1) },
    }
    const matching = (text: string) => [...matchingRows(parseCondition(turbine, text), rows)]
    expect(matching('power > 0')).toEqual([0, 1, 0])
    expect(matching('power <> 1')).toEqual([1, 0, 0])
    expect(matching('NOT (power <= 0 OR power > 0)')).toEqual([1, 0, 0])
  })

  test.each([
    [
      'powr > 1',
      'expected a column of table turbine (event_timestamp, turbine_id, power, starts), got powr (did you mean power?), at character 1 of: powr > 1',
    ],
    [
      "event_date = '2026-01-05'",
      'got the partition event_date: choose days with `from` and `to`, at character 1',
    ],
    [
      'turbine_id = power',
      "expected a text in single quotes, such as 'p1' for turbine_id, which is varchar, got power, at character 14",
    ],
    ['turbine_id = "p1"', 'got "p1", at character 14'],
    ['turbine_id = 1', 'expected a text in single quotes'],
    ["power > '1'", "expected a number for power, which is double, got '1', at character 9"],
    ['power > 1e999', 'expected a number'],
    ['starts = 1.5', 'expected a whole number of 64 bits for starts, which is bigint, got 1.5'],
    ['starts = 9223372036854775808', 'expected a whole number of 64 bits'],
    ["event_timestamp > '2026-02-30'", "expected a time, such as '2026-01-31 06:00'"],
    ['event_timestamp > TIMESTAMP 5', 'expected a time'],
    ["event_timestamp > '0001-01-01T00:00+05:00'", 'expected a time'],
    ['power = NULL', 'got NULL, which nothing equals (IS NULL finds it)'],
    ['power > 1 2', 'expected AND, OR or its end, got 2, at character 11'],
    ['power >', 'got its end, at character 8'],
    ['(power > 1', 'expected ), got its end'],
    ['power NOT > 1', 'expected IN or BETWEEN after NOT, got >'],
    ['power IS 5', 'expected NULL, got 5'],
    ['power BETWEEN 1 OR 2', 'expected AND, got OR'],
    ['1 < power', 'expected a column of table turbine (event_timestamp, turbine_id, power, starts), got 1'],
    ['power LIKE 1', 'expected = <> < <= > >=, IN, BETWEEN or IS NULL after power, got LIKE'],
    ["turbine_id = 'p1", "expected a closing ', got none, at character 14"],
    ['power > 1; DROP', 'expected a column, an operator or a value, got ;'],
    ['', 'got its end'],
    [`${'('.repeat(200)}power > 1`, 'expected at most 100 levels'],
    [
      `turbine_id IN (${"'t', ".repeat(5000)}1)`,
      `, at character 25016 of: …${"'t', ".repeat(20).slice(1)}1)`,
    ],
  ])('%s is refused with the place', (text, sentence) => {
    const parse = () => parseCondition(turbine, text)
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(sentence)
  })
})
