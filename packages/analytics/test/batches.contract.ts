import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { defineQuery, freeSql, query, type SqlEngine } from '../src/index.js'
import { takeAll } from './take-all.js'

/** The tests of batches and parameters that every SqlEngine must pass. `open` returns a new engine. */
export function batchesContract(name: string, open: () => SqlEngine): void {
  describe(`${name}: batches and parameters`, () => {
    let engine: SqlEngine
    beforeAll(() => {
      engine = open()
    })
    afterAll(() => engine.close())

    const typed = query(
      `SELECT * FROM (VALUES
        (1, TIMESTAMP '2026-01-01 00:00:00.123', DATE '2026-02-28', 0.5E0, CAST(0.1 AS REAL), CAST(9007199254740993 AS BIGINT), 7, true, 'ä'),
        (2, TIMESTAMP '1969-12-31 23:59:59.999', DATE '1969-12-31', CAST('NaN' AS DOUBLE), CAST(-1.5 AS REAL), CAST(-5 AS BIGINT), -7, false, ''),
        (3, CAST(NULL AS TIMESTAMP), CAST(NULL AS DATE), CAST(NULL AS DOUBLE), CAST(NULL AS REAL), CAST(NULL AS BIGINT), CAST(NULL AS INTEGER), CAST(NULL AS BOOLEAN), CAST(NULL AS VARCHAR))
      ) AS t(i, time, day, d, r, b, n, ok, text) ORDER BY i`,
      {
        i: { type: 'integer' },
        time: { type: 'timestamp', nullable: true },
        day: { type: 'date', nullable: true },
        d: { type: 'double', nullable: true },
        r: { type: 'real', nullable: true },
        b: { type: 'bigint', nullable: true },
        n: { type: 'integer', nullable: true },
        ok: { type: 'boolean', nullable: true },
        text: { type: 'varchar', nullable: true },
      },
    )

    test('each column is a buffer of its type, with a mask where values are null', async () => {
      const [batch, ...rest] = await takeAll(engine.query(typed).batches())
      expect(rest).toEqual([])
      expect(batch!.rowCount).toBe(3)
      const { columns, nulls } = batch!
      expectTypeOf(columns.time).toEqualTypeOf<BigInt64Array>()
      expectTypeOf(columns.d).toEqualTypeOf<Float64Array>()
      expectTypeOf(columns.text).toEqualTypeOf<string[]>()
      const mask = Uint8Array.of(0, 0, 1)
      expect(nulls).toEqual({
        time: mask,
        day: mask,
        d: mask,
        r: mask,
        b: mask,
        n: mask,
        ok: mask,
        text: mask,
      })
      const valuesOf = (name: keyof typeof columns) => Array.from<unknown>(columns[name]).slice(0, 2)
      expect(valuesOf('time')).toEqual([1_767_225_600_123_000n, -1000n])
      expect(valuesOf('day')).toEqual([20_512, -1])
      expect(valuesOf('d')).toEqual([0.5, NaN])
      expect(valuesOf('r')).toEqual([Math.fround(0.1), -1.5])
      expect(valuesOf('b')).toEqual([9007199254740993n, -5n])
      expect(valuesOf('n')).toEqual([7, -7])
      expect(valuesOf('ok')).toEqual([1, 0])
      expect(valuesOf('text')).toEqual(['ä', ''])
      expect(columns.i).toEqual(Int32Array.of(1, 2, 3))
    })

    test.each([
      ["TIMESTAMP '2026-01-01 00:59:59.999600'", 1_767_229_199_999_600n],
      ["TIMESTAMP '1582-10-15 00:00:00'", -12_219_292_800_000_000n],
      ["CAST('-9223372036854775808' AS BIGINT)", -(2n ** 63n)],
      ['CAST(1.5 AS DECIMAL(18, 3))', '1.500'],
      ['CAST(NULL AS DECIMAL(18, 3))', ''],
    ])('%s keeps all its digits in a batch', async (sql, value) => {
      const [batch] = await takeAll(engine.query(freeSql(`SELECT ${sql} AS v`)).batches())
      expect(batch!.columns['v']![0]).toBe(value)
    })

    test('batches of many rows have all of them, and outlive the next', async () => {
      const digits = `(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))`
      const many = query(
        `SELECT CAST(a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS BIGINT) AS n, CAST(nullif(a.d, 3) AS DOUBLE) AS d
         FROM ${digits} a(d), ${digits} b(d), ${digits} c(d), ${digits} e(d)`,
        { n: { type: 'bigint' }, d: { type: 'double', nullable: true } },
      )
      const batches = await takeAll(engine.query(many).batches())
      const rows = batches.flatMap(({ columns, nulls, rowCount }) =>
        Array.from({ length: rowCount }, (_, row) => ({
          n: columns.n[row]!,
          d: nulls?.d?.[row] === 1 ? null : columns.d[row],
        })),
      )
      expect(rows).toHaveLength(10_000)
      expect(new Set(rows.map(({ n }) => n)).size).toBe(10_000)
      for (const { n, d } of rows) expect(d).toBe(n % 10n === 3n ? null : Number(n % 10n))
    })

    test('a null in a column that is not nullable fails a batch', async () => {
      const wrong = query('SELECT CAST(NULL AS DOUBLE) AS v', { v: { type: 'double' } })
      await expect(takeAll(engine.query(wrong).batches())).rejects.toThrow(
        'column v expected a value in every row, got null',
      )
    })

    const types = ['timestamp', 'date', 'double', 'real', 'bigint', 'integer', 'boolean', 'varchar'] as const
    const values = {
      timestamp: new Date('2026-01-01T00:00:00.123Z'),
      date: '2026-02-28',
      double: -0,
      real: Math.fround(0.1),
      bigint: -(2n ** 63n),
      integer: -2147483648,
      boolean: true,
      varchar: `it's $a ? -- "ä" \\ 😀`,
    }
    test.each(types)('a parameter of type %s is bound, and so is null', async (type) => {
      const asked = defineQuery({
        sql: `SELECT CAST($a AS ${type}) AS v, CAST($none AS ${type}) AS w, $a IS NULL AS x, '$a' AS y -- $b`,
        parameters: { a: { type }, none: { type, nullable: true } },
        columns: {
          v: { type },
          w: { type, nullable: true },
          x: { type: 'boolean' },
          y: { type: 'varchar' },
        },
      })
      const a = values[type] as never
      const [row] = await takeAll(engine.query(asked({ a, none: null })))
      expect(row).toEqual({ v: values[type], w: null, x: false, y: '$a' })
    })

    test('a double that is no finite number is bound', async () => {
      const asked = defineQuery({
        sql: 'SELECT $a AS a, $b AS b',
        parameters: { a: { type: 'double' }, b: { type: 'double' } },
        columns: { a: { type: 'double' }, b: { type: 'double' } },
      })
      expect(await takeAll(engine.query(asked({ a: NaN, b: -Infinity })))).toEqual([{ a: NaN, b: -Infinity }])
    })

    test('a text that looks like SQL is a value', async () => {
      const asked = defineQuery({
        sql: `SELECT count(*) AS n FROM (VALUES ('a'), ('b')) AS t(v) WHERE v = $v`,
        parameters: { v: { type: 'varchar' } },
        columns: { n: { type: 'bigint' } },
      })
      for (const v of [`' OR 1 = 1 --`, `a' OR 'a' = 'a`, `''; DROP TABLE t; --`])
        expect(await takeAll(engine.query(asked({ v })))).toEqual([{ n: 0n }])
      expect(await takeAll(engine.query(asked({ v: 'a' })))).toEqual([{ n: 1n }])
    })
  })
}
