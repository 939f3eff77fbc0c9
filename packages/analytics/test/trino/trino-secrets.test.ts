import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { freeSql } from '../../src/index.js'
import { takeAll } from '../take-all.js'
import { engineOf, errorOf, pages, rowsOf, sql, type TrinoPeer, trinoPeer } from './trino-peer.js'

const token = `header.${'payload'.repeat(40)}.signature`

describe.each([
  [
    'a password',
    { password: 'open  sesame' },
    `Basic ${Buffer.from('tester:open  sesame').toString('base64')}`,
  ],
  ['a token', { token }, `Bearer ${token}`],
])('%s', (_, credentials, authorization) => {
  const secrets = [Object.values(credentials)[0]!, authorization.split(' ')[1]!]
  const echo = `${'you sent '.repeat(12)}${authorization}, ${secrets[0]}`
  type Trouble = (peer: TrinoPeer, response: ServerResponse) => void

  test.each<[string, Trouble, string]>([
    ['a failure', (_, response) => response.writeHead(500).end(echo), 'HTTP 500: you sent'],
    ['"try again"', (_, response) => response.writeHead(503).end(echo), '(only HTTP 503)'],
    ['a web page', (_, response) => response.end(echo), "sent a response that is not Trino's protocol"],
    ['no HTTP', (_, response) => response.socket?.end(`HTTP/1.1 2x0 ${echo}`), '(only broken connections)'],
    [
      "Trino's own error",
      (peer, response) => {
        const failureInfo = { type: 'T', message: echo, stack: [echo], cause: { type: 'T', message: echo } }
        const error = { message: echo, errorCode: 1, errorName: 'E', failureInfo }
        response.end(peer.page(1, { error }))
      },
      'you sent',
    ],
    [
      'the next page',
      (peer, response) => response.end(peer.page(1, { nextUri: echo })),
      'as the URL of the next page',
    ],
  ])('is in each request, but not in an error after %s that repeats it', async (_, trouble, message) => {
    await using peer = await trinoPeer((peer, request, response) => {
      if (request.method === 'POST') pages(2)(peer, request, response)
      else trouble(peer, response)
    })
    const error = await errorOf(rowsOf(peer, { ...credentials, requestTimeoutMillis: 400 }))
    expect(new Set(peer.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([authorization]),
    )
    expect(error.message).toContain(message)
    const everything = inspect(error, { depth: 9, showHidden: true }) + error.stack + JSON.stringify(error)
    for (const secret of secrets) {
      expect(everything).not.toContain(secret)
      expect(everything).not.toContain(secret.slice(0, 12))
    }
  })

  test('is not in the error after a response that repeats it and is not HTTP', async () => {
    await using peer = await trinoPeer((_peer, _request, response) =>
      response.socket?.end(`HTTP/1.1 2x0 ${echo}`),
    )
    const error = await errorOf(rowsOf(peer, credentials))
    expect(error.message).toContain('closed the connection (Parse Error')
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/^HPE_/) })
    expect(error.cause).not.toHaveProperty('rawPacket')
  })

  test('is not sent to another URL, and the query is ended', async () => {
    await using other = await trinoPeer(pages(2))
    await using peer = await trinoPeer((peer, _, response) =>
      response.end(peer.page(0, { nextUri: `${other.url}/v1/statement/executing/q1/1` })),
    )
    const engine = engineOf(peer, credentials)
    const error = await errorOf(takeAll(engine.query(freeSql(sql))))
    expect(error.message).toContain(
      `Trino at ${peer.url} sends its clients to ${other.url}, to which no password or token is sent`,
    )
    await engine.close()
    expect(other.requests).toEqual([])
    expect(peer.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })
})

test('without credentials, Trino can send its clients to another URL', async () => {
  await using other = await trinoPeer(pages(1))
  await using peer = await trinoPeer((peer, _, response) =>
    response.end(peer.page(0, { nextUri: `${other.url}/v1/statement/executing/q1/1` })),
  )
  expect(await rowsOf(peer)).toEqual([{ v: 10 }, { v: 11 }])
})

test.each([
  [503, 'is not ready (HTTP 503): wait until it has started, and check that it is up'],
  [500, 'answered HTTP 500: …n … row'],
])('a password of one letter does not change our own message for HTTP %i', async (status, text) => {
  await using peer = await trinoPeer((_peer, _request, response) =>
    response.writeHead(status).end('an a row'),
  )
  const error = await errorOf(rowsOf(peer, { password: 'a' }))
  expect(error.message).toBe(`Trino at ${peer.url} ${text}`)
})
