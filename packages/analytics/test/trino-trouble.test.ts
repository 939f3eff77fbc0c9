import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { freeSql } from '../src/index.js'
import {
  type Asked,
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

const twoPages = [{ v: 10 }, { v: 11 }, { v: 20 }, { v: 21 }]

describe('trouble that passes', () => {
  test.each([502, 503, 504])(
    'HTTP %s is asked again, for the statement and for each page',
    async (status) => {
      await using peer = await trinoPeer((peer, asked, response, times) => {
        if (times < 4) response.writeHead(status).end('busy')
        else pages(2)(peer, asked, response)
      })
      expect(await rowsOf(peer)).toEqual(twoPages)
      expect(peer.asked.map(({ method }) => method)).toEqual([
        ...Array<string>(4).fill('POST'),
        ...Array<string>(8).fill('GET'),
      ])
      expect(new Set(peer.asked.slice(0, 4).map(({ body }) => body))).toEqual(new Set([sql]))
    },
  )

  test('HTTP 429 is asked again when it says so', async () => {
    let askedAt = 0
    let waitedMillis = 0
    await using peer = await trinoPeer((peer, asked, response, times) => {
      if (asked.method === 'POST' && times === 1) {
        askedAt = performance.now()
        response.writeHead(429, { 'retry-after': '1' }).end()
        return
      }
      waitedMillis ||= performance.now() - askedAt
      pages(2)(peer, asked, response)
    })
    expect(await rowsOf(peer)).toEqual(twoPages)
    expect(waitedMillis).toBeGreaterThan(950)
  })

  test('a page whose connection breaks, before or within its answer, is asked for again and comes once', async () => {
    await using peer = await trinoPeer((peer, asked, response, times) => {
      if (asked.method === 'GET' && times === 1) response.destroy()
      else if (asked.method === 'GET' && times === 2) {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"data":[[1],', () => response.destroy())
      } else if (asked.method === 'GET' && times === 3) {
        response.socket?.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"data":[[1],')
      } else pages(2)(peer, asked, response)
    })
    expect(await rowsOf(peer)).toEqual(twoPages)
  })

  test('an answer that takes long in arriving is no silence', async () => {
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

describe('trouble that stays is a QueryError that says what to do', () => {
  const on =
    (method: string, trouble: (response: ServerResponse) => void) =>
    (peer: TrinoPeer, asked: Asked, response: ServerResponse) => {
      if (asked.method === method) trouble(response)
      else pages(2)(peer, asked, response)
    }
  const status =
    (code: number, text = '') =>
    (response: ServerResponse) =>
      response.writeHead(code).end(text)

  test.each<[string, string, (response: ServerResponse) => void, string]>([
    ['unavailable', 'POST', status(503), 'is not ready (HTTP 503): wait until'],
    ['unavailable in the middle', 'GET', status(503), 'is not ready (HTTP 503)'],
    [
      'behind a proxy',
      'POST',
      status(502, '<html>Bad Gateway</html>'),
      'cannot be reached by the proxy before it',
    ],
    [
      'wanting credentials',
      'POST',
      status(401),
      'wants other credentials (HTTP 401): check user and password',
    ],
    ['forbidding', 'POST', status(403), 'does not let this user in (HTTP 403)'],
    ['failing', 'POST', status(500, '<h1>Internal\n error</h1>'), 'answered HTTP 500: Internal error'],
    ['without the query', 'GET', status(404, 'Query not found'), 'has dropped the query: it does so'],
    ['done with the query', 'GET', status(410), 'has dropped the query'],
    ['a web page', 'POST', status(200, '<html>'), "answered with what is not Trino's protocol"],
    [
      'half a page',
      'GET',
      status(200, '{"stats":{"state":"RUN'),
      "answered with what is not Trino's protocol",
    ],
    ['another service', 'POST', status(200, '{"ok":true}'), "answered with what is not Trino's protocol"],
    ['a list', 'GET', status(200, '[1]'), "answered with what is not Trino's protocol"],
    ['without a page after', 'POST', status(200, '{"id":"q","stats":{"state":"QUEUED"}}'), 'nextUri missing'],
    ['without a state', 'POST', status(200, '{"id":"q","nextUri":"u","infoUri":"u","stats":null}'), ''],
    ['cutting its answers', 'GET', (response) => void response.destroy(), 'broke the connection'],
    ['cutting the first', 'POST', (response) => void response.destroy(), 'broke the connection'],
  ])('Trino %s', async (_, method, trouble, message) => {
    await using peer = await trinoPeer(on(method, trouble))
    const error = await errorOf(rowsOf(peer))
    expect(error.message).toContain(message)
    if (!message.includes('missing') && message !== '')
      expect(error.message).toContain(`Trino at ${peer.url} `)
    expect(peer.asked.length).toBeLessThanOrEqual(21)
  })

  test.each<[string, string, (response: ServerResponse) => void, string]>([
    ['never answers', 'POST', () => {}, 'gave no answer for 0.3 s'],
    ['never answers for a page', 'GET', () => {}, 'gave no answer for 0.3 s'],
    [
      'stops within an answer',
      'GET',
      (response) => response.writeHead(200).write('{"data":'),
      'gave no answer for 0.3 s: check that it is up and not overloaded, or raise requestTimeoutMillis',
    ],
    ['is always too busy', 'POST', status(429), 'gave no answer but HTTP 429 for 0.3 s'],
  ])('Trino that %s, within the time-out', async (_, method, trouble, message) => {
    await using peer = await trinoPeer(on(method, trouble))
    const begin = performance.now()
    const error = await errorOf(rowsOf(peer, { requestTimeoutMillis: 300 }))
    expect(performance.now() - begin).toBeLessThan(2000)
    expect(error.message).toContain(`Trino at ${peer.url} ${message}`)
  })

  test('Trino that is not there', async () => {
    const peer = await trinoPeer(() => {})
    await peer.close()
    expect((await errorOf(rowsOf(peer))).message).toMatch(
      /^Trino at http:.* cannot be reached \(connect ECONNREFUSED .*\): check that it runs, and its URL$/,
    )
  })

  test('Trino that is stopped in the middle, after the rows that it gave', async () => {
    const peer = await trinoPeer(pages(5))
    const taken: unknown[] = []
    const taking = async () => {
      for await (const row of engineOf(peer).query(freeSql(sql))) {
        taken.push(row)
        if (taken.length === 1) await peer.close()
      }
    }
    expect((await errorOf(taking())).message).toMatch(/cannot be reached|broke the connection/)
    expect(taken.slice(0, 2)).toEqual(twoPages.slice(0, 2))
  })
})
