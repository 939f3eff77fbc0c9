import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net'
import { ObjectStoreError } from '@minilake/ingest'
import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { expect, onTestFinished } from 'vitest'

export const credentials = { accessKeyId: 'the-access-key', secretAccessKey: 'the-secret-key' }
export const bucket = 'iot-time-series'

/** A store at a server of the test, which asks once. */
export function storeAt(endpoint: string, options: Partial<S3StoreOptions> = {}) {
  return s3Store({ bucket, endpoint, credentials, maxAttempts: 1, ...options })
}

/** The error by which a store's work fails. */
export async function errorOf(work: Promise<unknown>): Promise<ObjectStoreError> {
  const error: unknown = await work.catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ObjectStoreError)
  return error as ObjectStoreError
}

/** What a server answers: S3's XML, or another text. */
export interface Answer {
  status: number
  body?: string
  headers?: Record<string, string>
  /** Break the connection before anything is said, or in the middle of the body; or wait there for ever. */
  broken?: 'before' | 'within' | 'never ends'
}

/** S3's answer to a request that failed. */
export function s3Error(status: number, code: string, more = ''): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>in the words of S3</Message>${more}</Error>` }
}

/**
 * A server for one test that answers as told; gives its URL and what was asked, as `PUT /bucket/key?query`, and which
 * connections were closed before the answer's end. It adds what S3 adds to each answer, and a web server does not.
 */
export async function fakeS3(
  answer: (asked: string, request: IncomingMessage) => Answer,
  added: Record<string, string> = { 'x-amz-request-id': '17' },
) {
  const asked: string[] = []
  const closed: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => {
      const { status, body = '', headers, broken } = answer(`${request.method} ${request.url}`, request)
      if (broken === 'before') return request.socket.destroy()
      const length = status === 204 ? {} : { 'content-length': String(body.length) }
      response.writeHead(status, { 'content-type': 'application/xml', ...length, ...added, ...headers })
      response.on('close', () => response.writableFinished || closed.push(`${request.method} ${request.url}`))
      if (broken === 'never ends') return response.write(body.slice(0, -1))
      if (broken === 'within') return response.write(body.slice(0, -1), () => request.socket.destroy())
      return response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
  return { endpoint: await listen(server), asked, closed }
}

/** The URL of a server for one test that takes connections and never says anything. */
export function silentServer(): Promise<string> {
  return listen(createSocketServer((socket) => socket.on('error', () => undefined).resume()))
}

/** A URL at which nothing answers. */
export async function deadEndpoint(): Promise<string> {
  const server = createSocketServer()
  const endpoint = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return endpoint
}

/** Lets a server listen for the time of one test; gives its URL. */
export async function listen(server: Server): Promise<string> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
