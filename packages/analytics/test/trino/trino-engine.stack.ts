import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { freeSql, query, QueryError } from '../../src/index.js'
import { trinoEngine } from '../../src/trino/trino-engine.js'
import { batchesContract } from '../batches.contract.js'
import { sqlEngineContract } from '../sql-engine.contract.js'
import { stack } from '../stack.js'
import { takeAll } from '../take-all.js'
import { trinoProxy } from './trino-proxy.js'

const url = stack.trino

sqlEngineContract('Trino', () => trinoEngine({ url, user: 'minilake' }))
batchesContract('Trino', () => trinoEngine({ url, user: 'minilake' }))

const engine = trinoEngine({ url, user: 'minilake' })
afterAll(() => engine.close())

const rowsOf = (sql: string) => takeAll(engine.query(freeSql(sql)))
const errorOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

/** The numbers from 0 to 999,999, with texts and doubles derived from them. */
const million = `SELECT a.n * 1000 + b.n AS n, CAST(a.n AS VARCHAR) AS text, b.n / 8e0 AS eighth
  FROM UNNEST(sequence(0, 999)) a(n), UNNEST(sequence(0, 999)) b(n)`

/** The states of a source's queries in Trino's list. */
const statesOf = async (source: string) => {
  const rows = await rowsOf(`SELECT state FROM system.runtime.queries WHERE source = '${source}'`)
  return rows.map(({ state }) => state)
}
const untilEnded = async (source: string) => {
  for (let times = 0; times < 100; times++) {
    const states = await statesOf(source)
    if (states.every((state) => state === 'FAILED' || state === 'FINISHED')) return states
    await sleep(50)
  }
  throw new Error(`a query of ${source} still runs`)
}

describe('types of Trino', () => {
  test('times are floored to the millisecond at every precision, before 1970 too, and far away', async () => {
    expect(
      await rowsOf(`SELECT TIMESTAMP '2026-01-01 00:59:59.999600' AS six, TIMESTAMP '2026-01-01 00:59:59.999999999' AS nine,
        TIMESTAMP '1969-12-31 23:59:59.999999999999' AS twelve, TIMESTAMP '2026-01-01 00:00:00' AS zero,
        TIMESTAMP '0099-01-01 00:00:00.1' AS early, TIMESTAMP '-0001-01-01 00:00:00' AS before, TIMESTAMP '12345-01-01 00:00:00' AS late,
        DATE '12345-01-01' AS day`),
    ).toEqual([
      {
        six: new Date('2026-01-01T00:59:59.999Z'),
        nine: new Date('2026-01-01T00:59:59.999Z'),
        twelve: new Date(-1),
        zero: new Date('2026-01-01T00:00:00Z'),
        early: new Date('0099-01-01T00:00:00.100Z'),
        before: new Date('-000001-01-01T00:00:00Z'),
        late: new Date('+012345-01-01T00:00:00Z'),
        day: '+012345-01-01',
      },
    ])
  })

  test('a timestamp type has its precision', async () => {
    const columns = await engine
      .query(freeSql(`SELECT TIMESTAMP '2026-01-01 00:00:00.123456' AS v`))
      .columns()
    expect(columns).toEqual([{ name: 'v', type: 'timestamp', engineType: 'timestamp(6)' }])
  })

  test('the time zone is UTC, whatever the zone of the machines', async () => {
    const [row] = await rowsOf(
      `SELECT current_timestamp AS now, current_timezone() AS zone, TIMESTAMP '2026-07-01 12:00:00 +02:00' AS time`,
    )
    expect(Math.abs((row!.now as Date).getTime() - Date.now())).toBeLessThan(60_000)
    expect(row).toMatchObject({ zone: 'UTC', time: new Date('2026-07-01T10:00:00Z') })
  })

  test('numbers of all kinds keep their value', async () => {
    expect(
      await rowsOf(`SELECT CAST(1 AS TINYINT) AS a, CAST(2 AS SMALLINT) AS b, CAST(nan() AS REAL) AS c, -infinity() AS d,
        CAST('12345678901234567890.123' AS DECIMAL(38, 3)) AS e, -9007199254740993 AS f, 1.7976931348623157e308 AS g, 5e-324 AS h`),
    ).toEqual([
      {
        a: 1,
        b: 2,
        c: NaN,
        d: -Infinity,
        e: '12345678901234567890.123',
        f: -9007199254740993n,
        g: Number.MAX_VALUE,
        h: 5e-324,
      },
    ])
  })

  test('values without a column type read as text', async () => {
    expect(
      await rowsOf(`SELECT ARRAY[9007199254740993, NULL] AS list, ARRAY[nan(), 1e0] AS doubles, ARRAY[1.50] AS decimals, MAP(ARRAY['k'], ARRAY[1e0]) AS map,
        CAST(ROW(1, 'x') AS ROW(a BIGINT, b VARCHAR)) AS pair, TIME '01:02:03' AS time, INTERVAL '1' DAY AS day, INTERVAL '3' MONTH AS months,
        UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59' AS id, JSON '{"a":9007199254740993}' AS json, X'00ff' AS bytes,
        IPADDRESS '::1' AS address, NULL AS nothing, CAST('ab' AS CHAR(3)) AS char`),
    ).toEqual([
      {
        list: '[9007199254740993,null]',
        doubles: '["NaN",1]',
        decimals: '["1.50"]',
        map: '{"k":1}',
        pair: '[1,"x"]',
        time: '01:02:03',
        day: '1 00:00:00.000',
        months: '0-3',
        id: '12151fd2-7586-11e9-8f9e-2a86e4085a59',
        json: '{"a":9007199254740993}',
        bytes: 'AP8=',
        address: '::1',
        nothing: null,
        char: 'ab ',
      },
    ])
  })

  test('repeated column names become distinct', async () => {
    expect(await rowsOf('SELECT 1 AS a, 2 AS a')).toEqual([{ a: 1, 'a:1': 2 }])
    expect(await rowsOf('SELECT 1 AS "x", 2 AS "x:1", 3 AS "x"')).toEqual([{ x: 1, 'x:1': 2, 'x:2': 3 }])
  })
})

describe('errors', () => {
  test.each([
    ['SELECT x', "line 1:8: Column 'x' cannot be resolved (COLUMN_NOT_FOUND)", 'COLUMN_NOT_FOUND', 1, 8],
    ['SELECT 1\n FORM t', 'line 2:7: mismatched input', 'SYNTAX_ERROR', 2, 7],
    ['SELECT 1; SELECT 2', "line 1:9: mismatched input ';'", 'SYNTAX_ERROR', 1, 9],
    [
      "SELECT CAST('pump' AS DOUBLE)",
      "Cannot cast 'pump' to DOUBLE",
      'INVALID_CAST_ARGUMENT',
      undefined,
      undefined,
    ],
  ])('%j is reported with place, code and name', async (sql, message, errorName, line, column) => {
    const error = await errorOf(rowsOf(sql))
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ sql, errorName, code: expect.any(Number), cause: expect.any(Error) })
    expect((error as QueryError).message).toContain(message)
    expect([(error as QueryError).line, (error as QueryError).column]).toEqual([line, column])
  })

  test('no SQL at all', async () => {
    expect(await errorOf(rowsOf(' '))).toHaveProperty(
      'message',
      expect.stringContaining('SQL statement is empty'),
    )
  })

  test.each(["SET SESSION query_max_run_time = '1h'", 'USE system.runtime', 'SET TIME ZONE LOCAL'])(
    '%s would have no effect',
    async (sql) => {
      expect(await errorOf(engine.execute(sql))).toHaveProperty(
        'message',
        expect.stringContaining('has no effect'),
      )
    },
  )
})

describe('session', () => {
  const runTime = freeSql(`SHOW SESSION LIKE 'query_max_run_time'`)

  test('properties of the engine and of the query are in effect, and not those of other queries', async () => {
    const limited = trinoEngine({ url, user: 'minilake', sessionProperties: { query_max_run_time: '17m' } })
    const value = async (sessionProperties = {}) =>
      (await takeAll(limited.query(runTime, { sessionProperties })))[0]?.Value
    expect(await value()).toBe('17m')
    expect(await value({ query_max_run_time: '3m' })).toBe('3m')
    expect(await value()).toBe('17m')
    await limited.close()
  })

  test('catalog and schema apply to names without them', async () => {
    const runtime = trinoEngine({ url, user: 'minilake', catalog: 'system', schema: 'runtime' })
    expect(await takeAll(runtime.query(freeSql('SELECT count(*) > 0 AS some FROM nodes')))).toEqual([
      { some: true },
    ])
    await runtime.close()
  })
})

describe('ending', () => {
  const endless = freeSql(
    'SELECT sum(sin(a.n * b.n * c.n)) AS s FROM UNNEST(sequence(0, 9999)) a(n), UNNEST(sequence(0, 9999)) b(n), UNNEST(sequence(0, 9999)) c(n)',
  )

  test.each([0, 1, 20, 60, 150, 600])(
    'an abort after %i ms, before any row, ends the query in Trino',
    async (millis) => {
      const source = randomUUID()
      const aborted = trinoEngine({ url, user: 'minilake', source })
      const controller = new AbortController()
      const rows = errorOf(takeAll(aborted.query(endless, { signal: controller.signal })))
      await sleep(millis)
      controller.abort()
      expect(await rows).toBe(controller.signal.reason)
      await aborted.close()
      // Trino does not list a statement that ended before its first page was requested.
      expect(['', 'FAILED']).toContain((await untilEnded(source)).join())
    },
  )

  test('leaving the rows early, and closing after the columns, end the query in Trino', async () => {
    const source = randomUUID()
    const left = trinoEngine({ url, user: 'minilake', source })
    for await (const row of left.query(freeSql(million))) {
      expect(row).toBeDefined()
      break
    }
    expect(await untilEnded(source)).toEqual(['FAILED'])
    expect(await left.query(freeSql(million)).columns()).toHaveLength(3)
    await left.close()
    expect(await untilEnded(source)).toEqual(['FAILED', 'FAILED'])
  })
})

describe('many rows', () => {
  test('a million arrive complete and exact', async () => {
    let [rows, sum, texts, eighths] = [0, 0n, 0, 0]
    const typed = query(million, {
      n: { type: 'bigint' },
      text: { type: 'varchar' },
      eighth: { type: 'double', nullable: true },
    })
    for await (const { n, text, eighth } of engine.query(typed)) {
      rows += 1
      sum += n
      texts += text.length
      eighths += eighth ?? NaN
    }
    expect([rows, sum, texts, eighths]).toEqual([1_000_000, 499_999_500_000n, 2_890_000, 62_437_500])
  })

  test('a consumer ten times slower than Trino holds it back, in constant memory', async () => {
    await using proxy = await trinoProxy(url)
    const slow = trinoEngine({ url: proxy.url, user: 'minilake' })
    let [rows, mostHeld, mostHeap] = [0, 0, 0]
    const heap = () => process.memoryUsage().heapUsed
    const before = heap()
    for await (const row of slow.query(freeSql(`SELECT * FROM (${million}) LIMIT 300000`))) {
      expect(row).toBeDefined()
      rows += 1
      if (rows % 3000 !== 0) continue
      mostHeld = Math.max(mostHeld, proxy.rows() - rows)
      mostHeap = Math.max(mostHeap, heap() - before)
      await sleep(60)
    }
    expect(rows).toBe(300_000)
    expect(mostHeld).toBeLessThanOrEqual(2 * proxy.largestPage())
    expect(mostHeld).toBeLessThan(150_000)
    expect(mostHeap).toBeLessThan(150 * 2 ** 20)
    await slow.close()
  })
})

describe('https', () => {
  const folder = mkdtempSync(join(tmpdir(), 'minilake-tls-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      ...subject,
    ].concat(['-keyout', keyFile, '-out', certFile]),
    { stdio: 'pipe' },
  )
  const tls = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }

  test('transfers rows and credentials if its authority is trusted', async () => {
    await using proxy = await trinoProxy(url, { tls })
    const secure = trinoEngine({ url: proxy.url, user: 'minilake', password: 'open sesame', ca: tls.cert })
    expect(await takeAll(secure.query(freeSql('SELECT 1 AS v')))).toEqual([{ v: 1 }])
    const basic = `Basic ${Buffer.from('minilake:open sesame').toString('base64')}`
    expect(new Set(proxy.authorizations)).toEqual(new Set([basic]))
    await secure.close()
  })

  test('with an authority that is not trusted is refused before anything is sent', async () => {
    await using proxy = await trinoProxy(url, { tls })
    const doubting = trinoEngine({ url: proxy.url, user: 'minilake', token: 'a.b.c' })
    const error = await errorOf(takeAll(doubting.query(freeSql('SELECT 1 AS v'))))
    expect(error).toBeInstanceOf(QueryError)
    expect((error as QueryError).message).toMatch(/certificate that is not trusted \(.*\): pass .* as ca$/)
    expect(proxy.authorizations).toEqual([])
  })

  test('with a certificate for another host is refused', async () => {
    await using proxy = await trinoProxy(url, { tls })
    const address = proxy.url.replace('localhost', '127.0.0.1')
    const other = trinoEngine({ url: address, user: 'minilake', ca: tls.cert })
    const error = await errorOf(takeAll(other.query(freeSql('SELECT 1 AS v'))))
    expect((error as QueryError).message).toMatch(/^Trino at .* has a certificate for another host \(.*\)/)
  })

  test('is not replaced by http if Trino does not know about it, and the query is ended', async () => {
    await using proxy = await trinoProxy(url, { tls, isForwarded: false })
    const source = randomUUID()
    const secure = trinoEngine({ url: proxy.url, user: 'minilake', source, password: 'secret', ca: tls.cert })
    const error = await errorOf(takeAll(secure.query(freeSql(million))))
    expect((error as QueryError).message).toContain(
      'a URL without TLS: set http-server.process-forwarded=true',
    )
    await secure.close()
    // Trino does not list a statement that ended before its first page was requested.
    expect(['', 'FAILED']).toContain((await untilEnded(source)).join())
  })
})
