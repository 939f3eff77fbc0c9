import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { freeSql, QueryError } from '../../src/index.js'
import { trinoEngine, type TrinoEngineOptions } from '../../src/trino/trino-engine.js'
import { takeAll } from '../take-all.js'

/** A request that a peer was sent. */
export interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A server that speaks Trino's protocol as a test says, for faults that a real Trino does not have when one wants them. */
export interface TrinoPeer extends AsyncDisposable {
  url: string
  asked: Asked[]
  /** What Trino answers with for the page of a number, 0 for the statement's own: by default one with a page after it. */
  page(number: number, rest?: object | false): string
  close(): Promise<void>
}

/**
 * Starts a peer; `answer` is called with each request but a DELETE, and its number among those of its method and path. A DELETE
 * has no answer unless `isEndable`, the default.
 */
export async function trinoPeer(
  answer: (peer: TrinoPeer, asked: Asked, response: ServerResponse, times: number) => void,
  { isEndable = true } = {},
): Promise<TrinoPeer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const now = { method, path, headers, body: Buffer.concat(chunks).toString() }
      asked.push(now)
      const times = asked.filter((other) => other.method === method && other.path === path).length
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
    asked,
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

/** The number of the page that a path asks for, 0 for a statement. */
export function pageNumber(path: string): number {
  return Number(/\/(\d+)$/.exec(path)?.[1] ?? 0)
}

/** The SQL of these tests' queries. */
export const sql = 'SELECT v FROM t'
/** The columns of their results. */
export const columns = [{ name: 'v', type: 'integer' }]

/** Answers with pages 1 to `last`, of the rows 10 × page and 10 × page + 1 each. */
export function pages(last: number) {
  return (peer: TrinoPeer, { path }: Asked, response: ServerResponse) => {
    const number = pageNumber(path)
    const end = { nextUri: undefined, stats: { state: 'FINISHED' } }
    const data = number > 0 && { columns, data: [[10 * number], [10 * number + 1]] }
    response.end(peer.page(number, { ...data, ...(number === last && end) }))
  }
}

/** An engine for a peer. */
export const engineOf = (peer: TrinoPeer, options: Partial<TrinoEngineOptions> = {}) =>
  trinoEngine({ url: peer.url, user: 'tester', requestTimeoutMillis: 5000, ...options })

/** All rows that a peer gives. */
export const rowsOf = (peer: TrinoPeer, options: Partial<TrinoEngineOptions> = {}) =>
  takeAll(engineOf(peer, options).query(freeSql(sql)))

/** The QueryError that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<QueryError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(QueryError)
  expect(error).toMatchObject({ sql })
  return error as QueryError
}
