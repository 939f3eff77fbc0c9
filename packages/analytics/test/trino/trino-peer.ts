import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { freeSql, QueryError } from '../../src/index.js'
import { trinoEngine, type TrinoEngineOptions } from '../../src/trino/trino-engine.js'
import { takeAll } from '../take-all.js'

/** A request that a peer received. */
export interface PeerRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A server that speaks Trino's protocol as a test scripts it, for faults that a real Trino does not have on demand. */
export interface TrinoPeer extends AsyncDisposable {
  url: string
  requests: PeerRequest[]
  /** Trino's response for a page number, 0 for the statement itself. By default another page follows. */
  page(number: number, rest?: object | false): string
  close(): Promise<void>
}

/**
 * Starts a peer. `answer` is called with each request except DELETE, and with `times`, its number among the requests with the
 * same method and path. A DELETE gets a response if `isEndable`, the default.
 */
export async function trinoPeer(
  answer: (peer: TrinoPeer, request: PeerRequest, response: ServerResponse, times: number) => void,
  { isEndable = true } = {},
): Promise<TrinoPeer> {
  const requests: PeerRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const now = { method, path, headers, body: Buffer.concat(chunks).toString() }
      requests.push(now)
      const times = requests.filter((other) => other.method === method && other.path === path).length
      if (method === 'DELETE') {
        if (isEndable) response.writeHead(204).end()
      } else answer(peer, now, response, times)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const peer: TrinoPeer = {
    url,
    requests,
    page: (number, rest = {}) =>
      JSON.stringify({
        id: 'q1',
        infoUri: `${url}/ui`,
        nextUri: `${url}/v1/statement/executing/q1/${number + 1}`,
        stats: { state: 'RUNNING' },
        ...rest,
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
  return peer
}

/** The number of the page that a path requests, 0 for a statement. */
export function pageNumber(path: string): number {
  return Number(/\/(\d+)$/.exec(path)?.[1] ?? 0)
}

/** The SQL of the queries in these tests. */
export const sql = 'SELECT v FROM t'
/** The columns of their results. */
export const columns = [{ name: 'v', type: 'integer' }]

/** Answers with pages 1 to `last`; each has the rows 10 × page and 10 × page + 1. */
export function pages(last: number) {
  return (peer: TrinoPeer, { path }: PeerRequest, response: ServerResponse) => {
    const number = pageNumber(path)
    const end = { nextUri: undefined, stats: { state: 'FINISHED' } }
    const data = number > 0 && { columns, data: [[10 * number], [10 * number + 1]] }
    response.end(peer.page(number, { ...data, ...(number === last && end) }))
  }
}

/** An engine for a peer. */
export const engineOf = (peer: TrinoPeer, options: Partial<TrinoEngineOptions> = {}) =>
  trinoEngine({ url: peer.url, user: 'tester', requestTimeoutMillis: 5000, ...options })

/** All rows that a peer returns. */
export const rowsOf = (peer: TrinoPeer, options: Partial<TrinoEngineOptions> = {}) =>
  takeAll(engineOf(peer, options).query(freeSql(sql)))

/** The QueryError with which a promise rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<QueryError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(QueryError)
  expect(error).toMatchObject({ sql })
  return error as QueryError
}
