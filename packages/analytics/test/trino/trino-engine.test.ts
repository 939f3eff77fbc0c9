import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { freeSql } from '../../src/index.js'
import { trinoEngine, type TrinoEngineOptions } from '../../src/trino/trino-engine.js'
import { takeAll } from '../take-all.js'
import {
  type PeerRequest,
  columns,
  engineOf,
  errorOf,
  pageNumber,
  pages,
  rowsOf,
  sql,
  type TrinoPeer,
  trinoPeer,
} from './trino-peer.js'

const until = async (isSo: () => boolean) => {
  for (let times = 0; !isSo() && times < 200; times++) await sleep(10)
  expect(isSo()).toBe(true)
}
const cancelled = ({ requests }: TrinoPeer) => requests.some(({ method }) => method === 'DELETE')

describe('a response of Trino', () => {
  const failing = (error: object) => (peer: TrinoPeer, _: PeerRequest, response: ServerResponse) =>
    response.end(peer.page(0, { nextUri: undefined, stats: { state: 'FAILED' }, error }))

  test('with a failure becomes a QueryError with the Java exceptions as causes', async () => {
    await using peer = await trinoPeer(
      failing({
        message: "line 1:8: Column 'v' cannot be resolved",
        errorCode: 47,
        errorName: 'COLUMN_NOT_FOUND',
        errorLocation: { lineNumber: 1, columnNumber: 8 },
        failureInfo: {
          type: 'io.trino.spi.TrinoException',
          message: 'outer',
          stack: ['a.B.c(B.java:1)'],
          cause: { type: 'java.lang.ArithmeticException' },
        },
      }),
    )
    const error = await errorOf(rowsOf(peer))
    expect(error).toMatchObject({
      message: "line 1:8: Column 'v' cannot be resolved (COLUMN_NOT_FOUND)",
      code: 47,
      errorName: 'COLUMN_NOT_FOUND',
      line: 1,
      column: 8,
      cause: { name: 'io.trino.spi.TrinoException', message: 'outer', cause: { message: '' } },
    })
    expect((error.cause as Error).stack).toContain('at a.B.c(B.java:1)')
    expect(cancelled(peer)).toBe(false)
  })

  test('with an abandoned query becomes a clear error', async () => {
    await using peer = await trinoPeer(
      failing({ message: 'Query q1 was abandoned', errorCode: 65540, errorName: 'ABANDONED_QUERY' }),
    )
    expect((await errorOf(rowsOf(peer))).message).toContain('when nobody fetches rows for 5 minutes')
  })

  test('with rows while the query is starting is not lost', async () => {
    await using peer = await trinoPeer((peer, { path }, response) => {
      const number = pageNumber(path)
      const data = number > 0 && { columns, data: [[number]], stats: { state: 'STARTING' } }
      response.end(
        peer.page(number, number === 3 ? { nextUri: undefined, stats: { state: 'FINISHED' } } : data),
      )
    })
    expect(await rowsOf(peer)).toEqual([{ v: 1 }, { v: 2 }])
  })

  test.each(['SET SESSION', 'RESET SESSION', 'USE', 'PREPARE', 'SET TIME ZONE'])(
    'to %s, which would have no effect, becomes a QueryError',
    async (updateType) => {
      await using peer = await trinoPeer((peer, _, response) => response.end(peer.page(0, { updateType })))
      const engine = engineOf(peer)
      expect((await errorOf(engine.execute(sql))).message).toContain(
        `${updateType} has no effect in Trino at ${peer.url}`,
      )
      await engine.close()
      expect(cancelled(peer)).toBe(true)
    },
  )

  test('with repeated column names and with __proto__ becomes plain rows', async () => {
    const names = ['a', '__proto__', 'a'].map((name) => ({ name, type: 'integer' }))
    await using peer = await trinoPeer((peer, { path }, response) =>
      response.end(
        peer.page(
          pageNumber(path),
          pageNumber(path) > 0 && { nextUri: undefined, columns: names, data: [[1, 2, 3]] },
        ),
      ),
    )
    const [row] = await rowsOf(peer)
    expect(Object.entries(row!)).toEqual([
      ['a', 1],
      ['__proto__', 2],
      ['a:1', 3],
    ])
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  })

  test('with a value that cannot be read becomes a QueryError that names the column, and ends the query', async () => {
    await using peer = await trinoPeer((peer, { path }, response) =>
      response.end(
        peer.page(
          pageNumber(path),
          pageNumber(path) > 0 && {
            columns: [{ name: 'v', type: 'timestamp(3)' }],
            data: [['+999999-01-01 00:00:00']],
          },
        ),
      ),
    )
    const engine = engineOf(peer)
    const error = await errorOf(takeAll(engine.query(freeSql(sql))))
    expect(error.message).toBe(
      'column v: timestamp expected one that a Date can hold, got +999999-01-01 00:00:00',
    )
    await engine.close()
    expect(cancelled(peer)).toBe(true)
  })
})

describe('a slow consumer', () => {
  test('holds Trino back: one page is processed, one is waiting, and no more', async () => {
    await using peer = await trinoPeer(pages(20))
    let rows = 0
    for await (const row of engineOf(peer).query(freeSql(sql))) {
      expect(row).toBeDefined()
      rows += 1
      await sleep(15)
      const lastPage = Math.max(...peer.requests.map(({ path }) => pageNumber(path)))
      expect(lastPage - Math.ceil(rows / 2)).toBeLessThanOrEqual(1)
    }
    expect(rows).toBe(40)
  })

  test('that requests only the columns has two pages fetched: the first, and one that is waiting', async () => {
    await using peer = await trinoPeer(pages(20))
    const engine = engineOf(peer)
    expect(await engine.query(freeSql(sql)).columns()).toEqual([
      { name: 'v', type: 'integer', engineType: 'integer' },
    ])
    await sleep(100)
    expect(peer.requests).toHaveLength(3)
    expect(cancelled(peer)).toBe(false)
    await engine.close()
    expect(cancelled(peer)).toBe(true)
  })
})

describe('ending', () => {
  test('leaving the rows early ends the query in Trino', async () => {
    await using peer = await trinoPeer(pages(20))
    for await (const row of engineOf(peer).query(freeSql(sql))) {
      expect(row).toEqual({ v: 10 })
      break
    }
    await until(() => cancelled(peer))
    expect(peer.requests.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'x-trino-user': 'tester' } })
  })

  test('an abort while the statement is being sent ends it as soon as Trino has named it', async () => {
    let answer = () => {}
    await using peer = await trinoPeer((peer, _, response) => (answer = () => response.end(peer.page(0))))
    const controller = new AbortController()
    const reason = new Error('enough')
    const rows = takeAll(engineOf(peer).query(freeSql(sql), { signal: controller.signal }))
    await until(() => peer.requests.length === 1)
    controller.abort(reason)
    await expect(rows).rejects.toBe(reason)
    expect(cancelled(peer)).toBe(false)
    answer()
    await until(() => cancelled(peer))
    expect(peer.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/statement',
      'DELETE /v1/statement/executing/q1/1',
    ])
  })

  test('an abort while a page is pending does not wait for the page, and ends the query', async () => {
    await using peer = await trinoPeer((peer, request, response) => {
      if (request.method === 'POST') response.end(peer.page(0))
    })
    const controller = new AbortController()
    const rows = takeAll(engineOf(peer).query(freeSql(sql), { signal: controller.signal }))
    await until(() => peer.requests.length === 2)
    controller.abort()
    await expect(rows).rejects.toBe(controller.signal.reason)
    await until(() => cancelled(peer))
  })

  test('closing ends running queries and waits until Trino confirms, but not for a Trino that does not answer', async () => {
    await using peer = await trinoPeer(pages(20))
    const engine = engineOf(peer)
    const rows = engine.query(freeSql(sql))[Symbol.asyncIterator]()
    expect(await rows.next()).toMatchObject({ done: false })
    await engine.close()
    expect(cancelled(peer)).toBe(true)
    const rest = async () => {
      while (!(await rows.next()).done);
    }
    expect((await errorOf(rest())).message).toContain('was ended')
    expect((await errorOf(takeAll(engine.query(freeSql(sql))))).message).toContain('is closed')

    const other = engineOf(peer)
    await other.query(freeSql(sql)).columns()
    await peer.close()
    await other.close()
  })
})

describe('a slow end', () => {
  test('is waited for 5 s in all, including the first response and the cancelling', async () => {
    await using peer = await trinoPeer(
      (peer, _, response) => void setTimeout(() => response.end(peer.page(0)), 3000),
      { isEndable: false },
    )
    const engine = engineOf(peer)
    const error = errorOf(takeAll(engine.query(freeSql(sql))))
    await until(() => peer.requests.length === 1)
    const begin = performance.now()
    await engine.close()
    expect(performance.now() - begin).toBeGreaterThan(4500)
    expect(performance.now() - begin).toBeLessThan(7500)
    expect(cancelled(peer)).toBe(true)
    expect((await error).message).toContain('was ended')
  })

  test.each(['/v1/statement/executing/q1/1', 'http://', 'file:///q1/1'])(
    'does not hang if the next page is the invalid URL %s',
    async (nextUri) => {
      let answer = () => {}
      await using peer = await trinoPeer(
        (peer, _, response) => (answer = () => response.end(peer.page(0, { nextUri }))),
      )
      const engine = engineOf(peer)
      const controller = new AbortController()
      const rows = takeAll(engine.query(freeSql(sql), { signal: controller.signal }))
      await until(() => peer.requests.length === 1)
      controller.abort()
      await expect(rows).rejects.toBe(controller.signal.reason)
      answer()
      const begin = performance.now()
      await engine.close()
      expect(performance.now() - begin).toBeLessThan(4500) // it waits up to 5 s for answers
    },
  )
})

describe('a request', () => {
  test('has the headers for user, source, session and types', async () => {
    await using peer = await trinoPeer(pages(1))
    const engine = engineOf(peer, {
      catalog: 'hive',
      schema: 'iot',
      sessionProperties: { query_max_run_time: '10m', 'hive.a-b': 'x,y=z ä' },
    })
    await takeAll(engine.query(freeSql(sql), { sessionProperties: { query_max_run_time: '1m', b: true } }))
    expect(peer.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/statement',
      body: sql,
      headers: {
        'x-trino-user': 'tester',
        'x-trino-source': 'minilake',
        'x-trino-catalog': 'hive',
        'x-trino-schema': 'iot',
        'x-trino-time-zone': 'UTC',
        'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
        'x-trino-session': 'query_max_run_time=1m,hive.a-b=x%2Cy%3Dz%20%C3%A4,b=true',
      },
    })
    await takeAll(engine.query(freeSql(sql)))
    expect(peer.requests.at(-2)?.headers['x-trino-session']).not.toContain('b=true')
  })

  test('has the statement without its semicolon', async () => {
    await using peer = await trinoPeer(pages(1))
    await engineOf(peer).execute('CREATE SCHEMA s ;\n')
    expect(peer.requests[0]?.body).toBe('CREATE SCHEMA s')
  })
})

test.each<[string, Partial<TrinoEngineOptions>, string]>([
  ['no URL', { url: 'localhost:8080' }, 'url expected http(s)://host:port, got localhost:8080'],
  ['a URL with a path', { url: 'http://localhost:8080/ui' }, 'url expected http(s)://host:port'],
  [
    'a URL with credentials',
    { url: 'https://me:hidden@trino:8443' },
    'url expected no user or password in it',
  ],
  ['no user', { user: '' }, 'user expected a name'],
  ['a schema without a catalog', { schema: 'iot' }, 'schema iot expected a catalog beside it'],
  ['password and token', { password: 'a', token: 'b' }, 'expected a password or a token, got both'],
  ['a password over http', { url: 'http://trino:8080', password: 'a' }, 'url expected https, as a password'],
  [
    'a token over http',
    { url: 'http://127.example.org', token: 'a' },
    'url expected https, as a password or token is sent',
  ],
  ['a ca without https', { ca: 'pem' }, 'url expected https, as ca is given'],
  ['a time-out of 0', { requestTimeoutMillis: 0 }, 'expected a number above 0 and below 2147483648, got 0'],
  ['a time-out of 2^31', { requestTimeoutMillis: 2 ** 31 }, 'and below 2147483648, got 2147483648'],
  ['a stall of 0', { stallMillis: 0 }, 'stallMillis expected a number above 0 and below 2147483648, got 0'],
  [
    'a user with a line end',
    { user: 'me\n' },
    'user expected one line of Latin-1 text, as HTTP headers require, got "me\\n"',
  ],
  ['a source beyond Latin-1', { source: '水' }, 'source expected one line of Latin-1 text'],
  ['a catalog beyond Latin-1', { catalog: '水' }, 'catalog expected one line of Latin-1 text'],
  ['a token with a line end', { token: 'hidden\n' }, 'token expected one line of Latin-1 text'],
  [
    'a property with an invalid name',
    { sessionProperties: { 'a=b': 1 } },
    'session property expected a name',
  ],
])('%s is refused', (_, options, message) => {
  const make = () => trinoEngine({ url: 'http://localhost:8080', user: 'tester', ...options })
  expect(make).toThrow(message)
  expect(make).not.toThrow('hidden')
})
