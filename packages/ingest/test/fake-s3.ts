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
}

/** S3's answer to a request that failed. */
export function s3Error(status: number, code: string, more = ''): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>in the words of S3</Message>${more}</Error>` }
}

/** A server for one test that answers as told; gives its URL and what was asked, as `PUT /bucket/key?query`. */
export async function fakeS3(answer: (asked: string, request: IncomingMessage) => Answer) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => {
      const { status, body, headers } = answer(asked.at(-1) ?? '', request)
      response.writeHead(status, { 'content-type': 'application/xml', ...headers })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
  return { endpoint: await listen(server), asked }
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

async function listen(server: Server): Promise<string> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
