import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QueryError } from '@minilake/analytics'
import { trinoEngine } from '@minilake/analytics/trino'
import { expect, onTestFinished, test } from 'vitest'
import { askParts } from '../../src/open/ask-parts.js'
import { PartDownError } from '../../src/part-down-error.js'

const answerMillis = 1500
const { signal } = new AbortController()

async function serve(listener: RequestListener): Promise<string> {
  return (await serverOf(listener)).url
}

async function serverOf(listener: RequestListener): Promise<{ url: string; end: () => Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const end = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(end)
  return { url: `http://127.0.0.1:${port}`, end }
}

/** A URL at which nothing listens. */
async function nowhere(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

const frozen = () => {}
const s3: RequestListener = (_, response) => response.writeHead(403).end()
/** A Trino that answers each statement with this. */
const trinoWith =
  (answer: object): RequestListener =>
  (request, response) =>
    request.resume().on('end', () => {
      const statement = { id: 'q', infoUri: '', stats: { state: 'FINISHED' }, ...answer }
      response.end(JSON.stringify(request.url === '/v1/info' ? { starting: false } : statement))
    })
const schemas = { columns: [{ name: 'Schema', type: 'varchar' }], data: [['iot_dw']] }
const metastoreError = {
  error: {
    message: 'Read timed out',
    errorCode: 1,
    errorName: 'HIVE_METASTORE_ERROR',
    errorType: 'EXTERNAL',
  },
}

/** What is found of an S3 and a Trino that answer so; a URL of one that does not run where there is no listener. */
async function found(
  listeners: { s3?: RequestListener; trino?: RequestListener },
  { failure, local }: { failure?: QueryError; local?: PartDownError } = {},
) {
  const endpoint = await (listeners.s3 ? serve(listeners.s3) : nowhere())
  const trino = await (listeners.trino ? serve(listeners.trino) : nowhere())
  const openTrino = () => Promise.resolve(trinoEngine({ url: trino, user: 'tester' }))
  const askLocalParts = () => Promise.resolve(local)
  const ask = askParts({ endpoint, trino, openTrino, answerMillis, askLocalParts })
  return { error: await ask({ failure, signal }), endpoint, trino }
}

test('finds nothing where S3, Trino and the metastore answer', async () => {
  expect((await found({ s3, trino: trinoWith(schemas) })).error).toBeUndefined()
})

test.each([
  ['is not there', undefined, 'ECONNREFUSED'],
  ['is frozen', frozen, 'no answer within 1.5 s'],
])('names S3 that %s', async (_, listener, why) => {
  const { error, endpoint } = await found({ ...(listener && { s3: listener }), trino: trinoWith(schemas) })
  expect(error).toBeInstanceOf(PartDownError)
  expect(error?.message).toBe(
    `S3 does not answer at ${endpoint} (${why}): start or restart it, or correct profiles.stack.endpoint`,
  )
})

test('does not blame an S3 on another machine that this one cannot reach: Trino may reach it', async () => {
  const trino = await serve(trinoWith(schemas))
  const openTrino = () => Promise.resolve(trinoEngine({ url: trino, user: 'tester' }))
  const ask = askParts({ endpoint: 'http://s3.invalid:9000', trino, openTrino, answerMillis })
  expect(await ask({ signal })).toBeUndefined()
  expect(await ask({ signal, failure: new QueryError('Out of memory', { sql: 'SELECT 1' }) })).toBeUndefined()
})

test('names an S3 on another machine that has answered before', async () => {
  const { url, end } = await serverOf(s3)
  const endpoint = url.replace('127.0.0.1', '0.0.0.0') // this machine too, but not by a name that says so
  const trino = await serve(trinoWith(schemas))
  const openTrino = () => Promise.resolve(trinoEngine({ url: trino, user: 'tester' }))
  const ask = askParts({ endpoint, trino, openTrino, answerMillis })
  expect(await ask({ signal })).toBeUndefined()
  await end()
  await expect.poll(async () => (await ask({ signal }))?.message).toMatch(/^S3 does not answer at/)
})

test.each([
  ['is not there', undefined, 'ECONNREFUSED'],
  ['is frozen', frozen, 'no answer within 1.5 s'],
])('names Trino that %s', async (_, listener, why) => {
  const { error, trino } = await found({ s3, ...(listener && { trino: listener }) })
  expect(error?.message).toBe(
    `Trino does not answer at ${trino}/v1/info (${why}): start or restart it, or correct profiles.stack.trino`,
  )
})

test.each([
  ['that Trino cannot reach', trinoWith(metastoreError), 'Read timed out (HIVE_METASTORE_ERROR)'],
  [
    'that answers Trino too late',
    ((request, response) => {
      if (request.url === '/v1/info') response.end('{}')
    }) satisfies RequestListener,
    'no answer within 1.5 s',
  ],
])('names a metastore %s', async (_, trino, why) => {
  expect((await found({ s3, trino })).error?.message).toBe(
    `the Hive Metastore does not answer Trino (${why}): check that it and its database run, and hive.metastore.uri in Trino's catalog hive`,
  )
})

test('takes the word of Trino for a failure of the metastore, and keeps the failure as the cause', async () => {
  const failure = new QueryError('Failed connecting', { sql: 'SELECT 1', errorName: 'HIVE_METASTORE_ERROR' })
  const { error } = await found({ s3, trino: trinoWith(schemas) }, { failure })
  expect(error?.message).toContain('the Hive Metastore does not answer Trino (Failed connecting)')
  expect(error?.cause).toBe(failure)
})

test('believes the local stack first', async () => {
  const local = new PartDownError('PostgreSQL of the local stack is not running')
  expect((await found({}, { local })).error).toBe(local)
})
