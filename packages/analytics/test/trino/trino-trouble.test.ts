import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { freeSql } from '../../src/index.js'
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

/** The paths of cancelled statements. */
const ended = ({ requests }: TrinoPeer) =>
  requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)
const twoPages = [{ v: 10 }, { v: 11 }, { v: 20 }, { v: 21 }]

// Most of these wait for a retry, so they run at the same time.
describe.concurrent('temporary trouble', () => {
  test.each([502, 503, 504])('retries after HTTP %s, for the statement and for each page', async (status) => {
    await using peer = await trinoPeer((peer, request, response, times) => {
      if (times < 4) response.writeHead(status).end('busy')
      else pages(2)(peer, request, response)
    })
    expect(await rowsOf(peer)).toEqual(twoPages)
    expect(peer.requests.map(({ method }) => method)).toEqual([
      ...Array<string>(4).fill('POST'),
      ...Array<string>(8).fill('GET'),
    ])
    expect(new Set(peer.requests.slice(0, 4).map(({ body }) => body))).toEqual(new Set([sql]))
  })

  test.each([
    ['1', 1000],
    ['-1', 100],
    ['60', 5000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1000],
  ])('retries after HTTP 429 with Retry-After %s in %i ms at the earliest', async (retryAfter, millis) => {
    let sentAt = 0
    let waitedMillis = 0
    await using peer = await trinoPeer((peer, request, response, times) => {
      if (request.method === 'POST' && times === 1) {
        sentAt = performance.now()
        response.writeHead(429, { 'retry-after': retryAfter }).end()
        return
      }
      waitedMillis ||= performance.now() - sentAt
      pages(2)(peer, request, response)
    })
    expect(await rowsOf(peer, { requestTimeoutMillis: 10_000 })).toEqual(twoPages)
    expect(waitedMillis).toBeGreaterThan(millis - 50)
  })

  test('requests a page again whose connection breaks, before or within the response, and returns it once', async () => {
    await using peer = await trinoPeer((peer, request, response, times) => {
      if (request.method === 'GET' && times === 1) response.destroy()
      else if (request.method === 'GET' && times === 2) {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"data":[[1],', () => response.destroy())
      } else if (request.method === 'GET' && times === 3) {
        response.socket?.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"data":[[1],')
      } else pages(2)(peer, request, response)
    })
    expect(await rowsOf(peer)).toEqual(twoPages)
  })

  test.each([0, 2])(
    'retries while a cluster has no workers, as for some seconds after its start (reported on page %i)',
    async (failing) => {
      await using peer = await trinoPeer((peer, request, response) => {
        const statements = peer.requests.filter(({ method }) => method === 'POST').length
        const number = pageNumber(request.path)
        const error = { errorName: 'NO_NODES_AVAILABLE', errorCode: 65_541, message: 'No nodes' }
        if (statements > 2) pages(2)(peer, request, response)
        else if (number < failing) response.end(peer.page(number, { columns }))
        else response.end(peer.page(number, { nextUri: undefined, columns, error }))
      })
      const result = engineOf(peer).query(freeSql(sql))
      expect(await result.columns()).toMatchObject([{ name: 'v' }])
      expect(await takeAll(result)).toEqual(twoPages)
      expect(peer.requests.filter(({ method }) => method === 'POST')).toHaveLength(3)
    },
  )

  test('does not time out while a response arrives slowly', async () => {
    await using peer = await trinoPeer((peer, { path }, response) => {
      const number = pageNumber(path)
      const text = peer.page(number, number > 0 && { nextUri: undefined, columns, data: [[1]] })
      const writePart = (from: number) => {
        if (from >= text.length) response.end()
        else response.write(text.slice(from, from + 40), () => setTimeout(writePart, 80, from + 40))
      }
      writePart(0)
    })
    expect(await rowsOf(peer, { requestTimeoutMillis: 250 })).toEqual([{ v: 1 }])
  })
})

describe.concurrent('lasting trouble is a QueryError that says what to do', () => {
  const on =
    (method: string, trouble: (response: ServerResponse) => void) =>
    (peer: TrinoPeer, request: PeerRequest, response: ServerResponse) => {
      if (request.method === method) trouble(response)
      else pages(2)(peer, request, response)
    }
  const status =
    (code: number, text = '') =>
    (response: ServerResponse) =>
      response.writeHead(code).end(text)

  test.each<[string, string, (response: ServerResponse) => void, string]>([
    ['unavailable', 'POST', status(503), 'is not ready (HTTP 503): wait until'],
    ['unavailable in the middle', 'GET', status(503), 'is not ready (HTTP 503)'],
    [
      'behind a proxy that does not reach it',
      'POST',
      status(502, '<html>Bad Gateway</html>'),
      'cannot be reached by the proxy in front of it',
    ],
    [
      'requiring credentials',
      'POST',
      status(401),
      'rejected the credentials (HTTP 401): check user and password',
    ],
    ['forbidding', 'POST', status(403), 'denied access to this user (HTTP 403)'],
    ['failing', 'POST', status(500, '<h1>Internal\n error</h1>'), 'answered HTTP 500: Internal error'],
    ['that lost the query', 'GET', status(404, 'Query not found'), 'has dropped the query, as it does'],
    ['that dropped the query', 'GET', status(410), 'has dropped the query'],
    ['a web page', 'POST', status(200, '<html>'), "sent a response that is not Trino's protocol"],
    [
      'half a page',
      'GET',
      status(200, '{"stats":{"state":"RUN'),
      "sent a response that is not Trino's protocol",
    ],
    ['another service', 'POST', status(200, '{"ok":true}'), "sent a response that is not Trino's protocol"],
    ['a list', 'GET', status(200, '[1]'), "sent a response that is not Trino's protocol"],
    [
      'without a next page',
      'POST',
      status(200, '{"id":"q","stats":{"state":"QUEUED"}}'),
      'sent an unexpected response: nextUri missing in response for POST /v1/statement',
    ],
    [
      'without a state',
      'POST',
      status(200, '{"id":"q","nextUri":"http://u","infoUri":"http://u","stats":null}'),
      "sent a response that is not Trino's protocol",
    ],
    [
      'with an invalid next page',
      'POST',
      status(200, '{"id":"q","nextUri":"/q/1","infoUri":"/q","stats":{"state":"QUEUED"}}'),
      'gave "/q/1" as the URL of the next page',
    ],
    [
      'with an invalid next page in the middle',
      'GET',
      status(200, '{"id":"q","nextUri":"/q/2","infoUri":"/q","stats":{"state":"QUEUED"}}'),
      'gave "/q/2" as the URL of the next page',
    ],
    [
      'another service',
      'POST',
      status(400, '<Error>It&#39;s no &lt;statement&gt;</Error>'),
      'answered HTTP 400 (It s no statement): is it Trino, and the right port?',
    ],
    ['a server of pages', 'POST', status(404), 'answered HTTP 404: is it Trino, and the right port?'],
    ['a server of files', 'POST', status(405), 'answered HTTP 405: is it Trino, and the right port?'],
    ['closing connections', 'GET', (response) => void response.destroy(), 'closed the connection'],
    ['closing the first connection', 'POST', (response) => void response.destroy(), 'closed the connection'],
  ])('Trino %s', async (_, method, trouble, message) => {
    await using peer = await trinoPeer(on(method, trouble))
    const engine = engineOf(peer)
    const error = await errorOf(takeAll(engine.query(freeSql(sql))))
    expect(error.message).toContain(`Trino at ${peer.url} ${message}`)
    await engine.close()
    expect(ended(peer)).toEqual(method === 'GET' ? ['/v1/statement/executing/q1/1'] : [])
    expect(peer.requests.length).toBeLessThanOrEqual(22)
  })

  test.each<[string, string, (response: ServerResponse) => void, string]>([
    ['never answers', 'POST', () => {}, 'gave no answer for 0.3 s'],
    ['never answers for a page', 'GET', () => {}, 'gave no answer for 0.3 s'],
    [
      'stops within a response',
      'GET',
      (response) => response.writeHead(200).write('{"data":'),
      'gave no answer for 0.3 s: check that it is up and not overloaded, or raise the time-out',
    ],
    ['is always too busy', 'POST', status(429), 'gave no answer for 0.3 s (only HTTP 429)'],
    ['is always too busy for a page', 'GET', status(503), 'gave no answer for 0.3 s (only HTTP 503)'],
  ])('Trino that %s until the time-out', async (_, method, trouble, message) => {
    await using peer = await trinoPeer(on(method, trouble))
    const begin = performance.now()
    const engine = engineOf(peer, { requestTimeoutMillis: 300 })
    const error = await errorOf(takeAll(engine.query(freeSql(sql))))
    expect(error.message).toContain(`Trino at ${peer.url} ${message}`)
    await engine.close()
    expect(performance.now() - begin).toBeLessThan(4500)
    expect(ended(peer)).toEqual(method === 'GET' ? ['/v1/statement/executing/q1/1'] : [])
  })

  test('Trino without TLS under https', async () => {
    await using peer = await trinoPeer(() => {})
    const url = peer.url.replace('http:', 'https:')
    expect((await errorOf(rowsOf(peer, { url }))).message).toBe(
      `Trino at ${url} does not speak TLS: use ${peer.url}, or the port of its https`,
    )
  })

  test('Trino that does not run', async () => {
    const peer = await trinoPeer(() => {})
    await peer.close()
    expect((await errorOf(rowsOf(peer))).message).toMatch(
      /^Trino at http:.* cannot be reached \(connect ECONNREFUSED .*\): check that it runs, and its URL$/,
    )
  })

  test('Trino that stops in the middle, after the rows that it sent', async () => {
    const peer = await trinoPeer(pages(5))
    const taken: unknown[] = []
    const taking = async () => {
      for await (const row of engineOf(peer).query(freeSql(sql))) {
        taken.push(row)
        if (taken.length === 1) await peer.close()
      }
    }
    expect((await errorOf(taking())).message).toMatch(/cannot be reached|closed the connection/)
    expect(taken.slice(0, 2)).toEqual(twoPages.slice(0, 2))
  })
})
