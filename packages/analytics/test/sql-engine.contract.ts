import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { freeSql, query, type Query, QueryError, type SqlEngine, sqlText } from '../src/index.js'
import { takeAll } from './take-all.js'

// This SQL is valid in both Trino and DuckDB.
const digits = 'WITH digits(d) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))'

/** The numbers from 0 to 99,999 as BIGINT `n`, unordered: enough for an engine to return them in several parts. */
const manyRows = query(
  `${digits} SELECT CAST(a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS BIGINT) AS n
   FROM digits a, digits b, digits c, digits e, digits f`,
  { n: { type: 'bigint' } },
)

/** A query that practically never ends: a sum over 10^12 rows. */
const endless = freeSql(
  `${digits} SELECT sum(a.d * b.d * c.d * e.d * f.d * g.d) AS s
   FROM digits a, digits b, digits c, digits e, digits f, digits g, digits h, digits i, digits j, digits k, digits l, digits m`,
)

/** The tests that every SqlEngine must pass. `open` returns a new engine. */
export function sqlEngineContract(name: string, open: () => SqlEngine): void {
  describe(`${name} as a SqlEngine`, () => {
    let engine: SqlEngine
    beforeAll(() => {
      engine = open()
    })
    afterAll(() => engine.close())

    const all = <R>(query: Query<R>) => takeAll(engine.query(query))
    const rejection = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => error,
      )

    test.each<[string, string, unknown, string]>([
      [
        'a timestamp',
        "TIMESTAMP '2026-01-01 23:59:59.123'",
        new Date('2026-01-01T23:59:59.123Z'),
        'timestamp',
      ],
      ['a timestamp before 1970', "TIMESTAMP '1969-12-31 23:59:59.999'", new Date(-1), 'timestamp'],
      [
        'a timestamp in the distant past',
        "TIMESTAMP '1582-10-15 00:00:00.001'",
        new Date('1582-10-15T00:00:00.001Z'),
        'timestamp',
      ],
      [
        'a timestamp of microseconds, floored',
        "TIMESTAMP '2026-01-01 00:59:59.999600'",
        new Date('2026-01-01T00:59:59.999Z'),
        'timestamp',
      ],
      ['a date', "DATE '2026-02-28'", '2026-02-28', 'date'],
      ['a date before 1970', "DATE '0001-01-01'", '0001-01-01', 'date'],
      ['a double', 'CAST(0.1 AS DOUBLE)', 0.1, 'double'],
      ['a double that is NaN', "CAST('NaN' AS DOUBLE)", NaN, 'double'],
      ['a double that is infinite', "CAST('Infinity' AS DOUBLE)", Infinity, 'double'],
      ['a double that is negative infinite', "CAST('-Infinity' AS DOUBLE)", -Infinity, 'double'],
      ['a double that is negative zero', "CAST('-0.0' AS DOUBLE)", -0, 'double'],
      ['a real', 'CAST(0.5 AS REAL)', 0.5, 'real'],
      ['a real of many binary digits', 'CAST(0.1 AS REAL)', Math.fround(0.1), 'real'],
      ['a bigint beyond 2^53', 'CAST(9007199254740993 AS BIGINT)', 9007199254740993n, 'bigint'],
      ['the least bigint', "CAST('-9223372036854775808' AS BIGINT)", -(2n ** 63n), 'bigint'],
      ['a small bigint', 'CAST(1 AS BIGINT)', 1n, 'bigint'],
      ['an integer', 'CAST(-2147483648 AS INTEGER)', -2147483648, 'integer'],
      ['a boolean', '1 = 1', true, 'boolean'],
      ['a text', "'pump ä \u{1F600} '''", "pump ä \u{1F600} '", 'varchar'],
      ['an empty text', "''", '', 'varchar'],
    ])('%s reads as its column type', async (_, sql, value, type) => {
      const rows = engine.query(freeSql(`SELECT ${sql} AS v`))
      expect(await rows.columns()).toMatchObject([{ name: 'v', type }])
      expect(await takeAll(rows)).toEqual([{ v: value }])
    })

    test.each([
      'TIMESTAMP',
      'DATE',
      'DOUBLE',
      'REAL',
      'BIGINT',
      'INTEGER',
      'BOOLEAN',
      'VARCHAR',
      'DECIMAL(18, 3)',
    ])('NULL of type %s reads as null', async (type) => {
      expect(await all(freeSql(`SELECT CAST(NULL AS ${type}) AS v`))).toEqual([{ v: null }])
    })

    test.each([
      ["TIMESTAMP '2026-01-01 00:59:59.999600'", '2026-01-01T00:59:59.9996Z'],
      ["TIMESTAMP '2026-01-01 00:59:59.123000'", '2026-01-01T00:59:59.123Z'],
      ["TIMESTAMP '1969-12-31 23:59:59.999999'", '1969-12-31T23:59:59.999999Z'],
      ["TIMESTAMP '1969-12-31 23:59:59.000001'", '1969-12-31T23:59:59.000001Z'],
    ])('%s has all its digits as text', async (time, text) => {
      const [row] = await all(freeSql(`SELECT ${time} AS v`))
      expect((row!.v as Date).toISOString()).toBe(text)
      expect(JSON.stringify(row)).toBe(`{"v":"${text}"}`)
    })

    test.each([
      ['SELECT 1 AS a, 2 AS b, 3 AS a', { a: 1, b: 2, 'a:1': 3 }],
      ['SELECT 1 AS a, 2 AS "a:1", 3 AS a, 4 AS a', { a: 1, 'a:1': 2, 'a:2': 3, 'a:3': 4 }],
    ])('no column of %s is lost', async (sql, row) => {
      const rows = engine.query(freeSql(sql))
      expect((await rows.columns()).map(({ name }) => name)).toEqual(Object.keys(row))
      expect(await takeAll(rows)).toEqual([row])
    })

    test.each([
      'SELECT 1 AS v;',
      'SELECT 1 AS v; -- done',
      "SELECT 1 AS v -- it's; done",
      'SELECT 1 AS v /* ; */ ; ; /* the\nend */\n',
      '-- one;\nSELECT 1 AS v;',
      "SELECT length(';') AS v;",
      "SELECT length('-- it''s; '';') - 10 AS v; -- '",
      'SELECT ";" AS v FROM (SELECT 1 AS ";") -- "',
    ])('%j is one statement', async (sql) => {
      const [row] = await all(freeSql(sql))
      expect(Number(row!.v)).toBe(1)
      const typed = query(sql.replace(/^(.*SELECT) .* AS v/s, '$1 CAST(1 AS INTEGER) AS v'), {
        v: { type: 'integer' },
      })
      expect(await all(typed)).toEqual([{ v: 1 }])
    })

    test('execute takes a semicolon and a comment after its statement', async () => {
      await engine.execute('SELECT 1; -- done')
    })

    test('a type without a column type reads as text and keeps its name', async () => {
      const rows = engine.query(freeSql('SELECT CAST(1.5 AS DECIMAL(18, 3)) AS v'))
      const [column] = await rows.columns()
      expect(column!.type).toBeUndefined()
      expect(column!.engineType.replaceAll(' ', '').toUpperCase()).toBe('DECIMAL(18,3)')
      expect(await takeAll(rows)).toEqual([{ v: '1.500' }])
    })

    test('a result without rows has columns', async () => {
      const rows = engine.query(freeSql("SELECT 1 AS a, 'x' AS b WHERE 1 = 0"))
      expect((await rows.columns()).map(({ name, type }) => `${name} ${type}`)).toEqual([
        'a integer',
        'b varchar',
      ])
      expect(await takeAll(rows)).toEqual([])
    })

    test('rows are typed by the columns of the query', async () => {
      const [row] = await all(
        query('SELECT CAST(7 AS BIGINT) AS total, CAST(NULL AS DOUBLE) AS mean', {
          total: { type: 'bigint' },
          mean: { type: 'double', nullable: true },
        }),
      )
      expectTypeOf(row!).toEqualTypeOf<{ readonly total: bigint; readonly mean: number | null }>()
      expect(row).toEqual({ total: 7n, mean: null })
    })

    test.each([
      ['another type', { v: { type: 'bigint' } }, 'query expected the columns v bigint, got v integer'],
      ['another name', { w: { type: 'integer' } }, 'query expected the columns w integer, got v integer'],
      [
        'a further column',
        { v: { type: 'integer' }, w: { type: 'integer' } },
        'query expected the columns v integer, w integer, got v integer',
      ],
    ] as const)('a query that promises %s is a QueryError', async (_, columns, message) => {
      const wrong = query('SELECT CAST(1 AS INTEGER) AS v', columns)
      for (const run of [() => all<unknown>(wrong), () => engine.query(wrong).columns()]) {
        const error = await rejection(run())
        expect(error).toBeInstanceOf(QueryError)
        expect(error).toMatchObject({ message, sql: wrong.sql })
      }
    })

    test.each([
      ['a mistake in its syntax', 'SELEC 1'],
      ['a missing table', 'SELECT * FROM no_such_table_here'],
      ['a value that cannot be cast', "SELECT CAST('pump' AS DOUBLE) AS v"],
    ])('SQL with %s is a QueryError with the SQL and the cause', async (reason, sql) => {
      const columns = () => engine.query(freeSql(sql)).columns()
      // An engine may know the columns before it finds the bad value.
      const runs = [() => all(freeSql(sql)), ...(reason.includes('value') ? [] : [columns])]
      for (const run of runs) {
        const error = await rejection(run())
        expect(error).toBeInstanceOf(QueryError)
        expect(error).toMatchObject({ name: 'QueryError', sql })
        expect((error as QueryError).message).not.toBe('')
        expect((error as QueryError).cause).toBeDefined()
      }
    })

    test('a null in a required column is a QueryError that names the column', async () => {
      const wrong = query('SELECT CAST(NULL AS BIGINT) AS total', { total: { type: 'bigint' } })
      const error = await rejection(all<unknown>(wrong))
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toHaveProperty('message', 'column total expected a value in every row, got null')
    })

    test('a statement that fails is a QueryError too', async () => {
      const statement = 'DROP TABLE no_such_table_here'
      const error = await rejection(engine.execute(statement))
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ sql: statement })
    })

    test('a result with many rows arrives complete', async () => {
      const seen = new Set<bigint>()
      for await (const { n } of engine.query(manyRows)) seen.add(n)
      expect(seen.size).toBe(100_000)
    })

    test('a query that fails after many rows rejects, and does not just end', async () => {
      const sql = sqlText(manyRows, engine.dialect)
      const failing = freeSql(
        `SELECT CAST(CASE WHEN n = 99998 THEN 'x' ELSE '1' END AS INTEGER) AS v FROM (${sql}) m`,
      )
      const error = await rejection(all(failing))
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ sql: failing.sql })
    })

    test('two results can be read in turns, row by row', async () => {
      const left = engine.query(manyRows)[Symbol.asyncIterator]()
      const right = engine.query(manyRows)[Symbol.asyncIterator]()
      let rows = 0
      for (;;) {
        const [a, b] = [await left.next(), await right.next()]
        expect(a.done).toBe(b.done)
        if (a.done) break
        rows += 1
      }
      expect(rows).toBe(100_000)
    })

    test('leaving a result early ends it, and the engine still works', async () => {
      for (let time = 0; time < 5; time++) {
        for await (const { n } of engine.query(manyRows)) {
          expect(typeof n).toBe('bigint')
          break
        }
      }
      expect(await all(freeSql('SELECT 1 AS v'))).toEqual([{ v: 1 }])
    })

    test('requesting only the columns of a result blocks nothing', async () => {
      expect(await engine.query(manyRows).columns()).toHaveLength(1)
      expect(await all(freeSql('SELECT 1 AS v'))).toEqual([{ v: 1 }])
    })

    test('a query whose rows are never requested does not run', async () => {
      engine.query(freeSql('SELEC 1'))
      expect(await all(freeSql('SELECT 1 AS v'))).toEqual([{ v: 1 }])
    })

    test('a signal aborted beforehand rejects with its reason', async () => {
      const reason = new Error('not now')
      const options = { signal: AbortSignal.abort(reason) }
      expect(await rejection(takeAll(engine.query(manyRows, options)))).toBe(reason)
      expect(await rejection(engine.query(manyRows, options).columns())).toBe(reason)
    })

    test.each([
      ['at once', () => Promise.resolve()],
      ['soon', () => new Promise((resolve) => setImmediate(resolve))],
      ['while it runs', () => new Promise((resolve) => setTimeout(resolve, 100))],
    ])('a long query aborted %s rejects with the reason, and the engine still works', async (_, moment) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const rejected = rejection(takeAll(engine.query(endless, { signal: controller.signal })))
      await moment()
      controller.abort(reason)
      expect(await rejected).toBe(reason)
      expect(await all(freeSql('SELECT 1 AS v'))).toEqual([{ v: 1 }])
    })

    test('a query aborted before the engine has opened rejects with the reason', async () => {
      const fresh = open()
      const controller = new AbortController()
      const reason = new Error('enough')
      const rejected = rejection(takeAll(fresh.query(endless, { signal: controller.signal })))
      controller.abort(reason)
      expect(await rejected).toBe(reason)
      expect(await takeAll(fresh.query(freeSql('SELECT 1 AS v')))).toEqual([{ v: 1 }])
      await fresh.close()
    })

    test('a result aborted between its rows rejects with the reason', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const rows = engine.query(manyRows, { signal: controller.signal })
      const taking = async () => {
        for await (const row of rows) {
          expect(row).toBeDefined()
          controller.abort(reason)
        }
      }
      expect(await rejection(taking())).toBe(reason)
      expect(await all(freeSql('SELECT 1 AS v'))).toEqual([{ v: 1 }])
    })

    test('aborting one query does not end another', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const rejected = rejection(takeAll(engine.query(endless, { signal: controller.signal })))
      const rows = takeAll(engine.query(manyRows))
      controller.abort(reason)
      expect(await rejected).toBe(reason)
      expect(await rows).toHaveLength(100_000)
    })

    test('aborting after the rows have been consumed changes nothing', async () => {
      const controller = new AbortController()
      const { signal } = controller
      expect(await takeAll(engine.query(freeSql('SELECT 1 AS v'), { signal }))).toEqual([{ v: 1 }])
      controller.abort()
      expect(await all(freeSql('SELECT 2 AS v'))).toEqual([{ v: 2 }])
    })

    test('can be closed before its first use, after it, and twice', async () => {
      const unused = open()
      await unused.close()
      const used = open()
      await takeAll(used.query(freeSql('SELECT 1 AS v')))
      await used.close()
      await used.close()
      const error = await rejection(takeAll(used.query(freeSql('SELECT 1 AS v'))))
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ sql: 'SELECT 1 AS v' })
    })
  })
}
