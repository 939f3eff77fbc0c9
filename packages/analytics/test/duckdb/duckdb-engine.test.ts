import { expect, test } from 'vitest'
import { duckDbEngine, type DuckDbEngineOptions } from '../../src/duckdb/duckdb-engine.js'
import { freeSql, QueryError } from '../../src/index.js'
import { batchesContract } from '../batches.contract.js'
import { sqlEngineContract } from '../sql-engine.contract.js'
import { takeAll } from '../take-all.js'

sqlEngineContract('DuckDB', () => duckDbEngine())
batchesContract('DuckDB', () => duckDbEngine())
sqlEngineContract('DuckDB with one thread', () => duckDbEngine({ threads: 1 }))

async function rowsOf(sql: string, options: DuckDbEngineOptions = {}) {
  const engine = duckDbEngine(options)
  try {
    return await takeAll(engine.query(freeSql(sql)))
  } finally {
    await engine.close()
  }
}

test('setup runs once, in order, before the first query', async () => {
  const engine = duckDbEngine({
    setup: [
      `ATTACH ':memory:' AS hive`,
      'CREATE SCHEMA hive.iot_dw',
      'CREATE TABLE hive.iot_dw.t AS SELECT 1 AS v',
    ],
  })
  const rows = () => takeAll(engine.query(freeSql('SELECT v FROM hive.iot_dw.t')))
  expect(await Promise.all([rows(), rows()])).toEqual([[{ v: 1 }], [{ v: 1 }]])
  await engine.execute('INSERT INTO hive.iot_dw.t VALUES (2)')
  expect(await rows()).toEqual([{ v: 1 }, { v: 2 }])
  await engine.close()
})

test('a failed setup statement is a QueryError with that statement, for every query', async () => {
  const engine = duckDbEngine({ setup: ['SELECT 1', 'CREATE VIEW v AS SELECT * FROM no_such_table'] })
  for (const use of [() => engine.execute('SELECT 2'), () => engine.query(freeSql('SELECT 3')).columns()]) {
    const error = await use().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ sql: 'CREATE VIEW v AS SELECT * FROM no_such_table' })
  }
  await engine.close()
})

test('threads sets the number of DuckDB threads', async () => {
  expect(await rowsOf("SELECT current_setting('threads') AS threads", { threads: 1 })).toEqual([
    { threads: 1n },
  ])
})

test('the time zone is UTC, whatever the zone of the machine', async () => {
  expect(
    await rowsOf(
      `SELECT CAST(TIMESTAMPTZ '2026-07-01 12:00:00+00' AS VARCHAR) AS text,
              TIMESTAMPTZ '2026-07-01 12:00:00+02' AS time`,
    ),
  ).toEqual([{ text: '2026-07-01 12:00:00+00', time: new Date('2026-07-01T10:00:00Z') }])
})

test('times are floored to the millisecond, before 1970 too', async () => {
  expect(
    await rowsOf(
      `SELECT TIMESTAMP '2026-01-01 00:59:59.999600' AS late, TIMESTAMP '1969-12-31 23:59:59.999500' AS early`,
    ),
  ).toEqual([{ late: new Date('2026-01-01T00:59:59.999Z'), early: new Date(-1) }])
})

test('other integer types of DuckDB read as integer or bigint', async () => {
  expect(
    await rowsOf(
      `SELECT CAST(1 AS TINYINT) AS a, CAST(2 AS SMALLINT) AS b, CAST(3 AS UTINYINT) AS c, CAST(4 AS USMALLINT) AS d,
              CAST(5 AS UINTEGER) AS e, CAST(18446744073709551615 AS UBIGINT) AS f, sum(CAST(7 AS BIGINT)) AS g`,
    ),
  ).toEqual([{ a: 1, b: 2, c: 3, d: 4, e: 5n, f: 18446744073709551615n, g: 7n }])
})

test('lists, structs and times read as text', async () => {
  expect(await rowsOf(`SELECT [1, 2] AS list, {'a': 1} AS struct, TIME '01:02:03' AS time`)).toEqual([
    { list: '[1, 2]', struct: "{'a': 1}", time: '01:02:03' },
  ])
})

test.each([
  ["TIMESTAMP_S '2026-01-01 00:00:01'", '2026-01-01T00:00:01.000Z'],
  ["TIMESTAMP_S '1969-12-31 23:59:59'", '1969-12-31T23:59:59.000Z'],
  ["TIMESTAMP_MS '1969-12-31 23:59:59.123'", '1969-12-31T23:59:59.123Z'],
  ["TIMESTAMP_NS '2026-01-01 00:00:00.000000001'", '2026-01-01T00:00:00.000000001Z'],
  ["TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", '1969-12-31T23:59:59.999999999Z'],
  ["TIMESTAMPTZ '2026-01-01 00:00:00.123456+02'", '2025-12-31T22:00:00.123456Z'],
])('%s reads as a Date with all its digits', async (sql, iso) => {
  const [row] = await rowsOf(`SELECT ${sql} AS v`)
  expect(row!.v).toEqual(new Date(iso))
  expect((row!.v as Date).toISOString()).toBe(iso)
})

test('a Date that is set to another time loses the digits of the old one', async () => {
  const [row] = await rowsOf(`SELECT TIMESTAMP '2026-01-01 00:00:00.123456' AS v`)
  const time = row!.v as Date
  time.setUTCDate(2)
  expect(time.toISOString()).toBe('2026-01-02T00:00:00.123Z')
})

test('extensions are not downloaded: INSTALL looks for a local file and finds none', async () => {
  await expect(rowsOf('FORCE INSTALL httpfs')).rejects.toThrow(
    /Failed to install local extension "httpfs".*extensions-are-never-fetched/,
  )
})

test('a file on the network is not read, and no extension is loaded for it', async () => {
  await expect(rowsOf(`SELECT * FROM read_parquet('https://localhost:1/pump.parquet')`)).rejects.toThrow(
    'requires the extension httpfs to be loaded',
  )
})

test.each([
  ['SELECT 1; SELECT 2', 'expected one SQL statement, got 2'],
  ['-- nothing', 'expected one SQL statement, got 0'],
  ['', 'expected one SQL statement, got 0'],
  ["SELECT TIMESTAMP 'infinity'", 'timestamp expected one that a Date can hold, got infinity'],
  ["SELECT TIMESTAMP_S '-infinity'", 'timestamp expected one that a Date can hold, got'],
  ["SELECT TIMESTAMP_MS 'infinity'", 'timestamp expected one that a Date can hold, got'],
  ["SELECT TIMESTAMP_NS '-infinity'", 'timestamp expected one that a Date can hold, got -infinity'],
  ["SELECT DATE '-infinity'", 'date expected one that a Date can hold'],
])('%s is a QueryError', async (sql, message) => {
  await expect(rowsOf(sql)).rejects.toThrow(message)
  await expect(rowsOf(sql)).rejects.toBeInstanceOf(QueryError)
})

test('a day beyond the year 9999 keeps all its digits', async () => {
  expect(await rowsOf("SELECT DATE '10000-01-02' AS day")).toEqual([{ day: '+010000-01-02' }])
})

test.each(['', ';', '; -- done'])(
  'a statement that DuckDB splits is still one statement before %j',
  async (end) => {
    expect(await rowsOf(`PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)${end}`)).toEqual([{ '1': 2n }])
  },
)
