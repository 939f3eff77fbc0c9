import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { bucket, errorOf, listen, storeAt } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const requestTimeoutMillis = 1000
const headers = { 'x-amz-request-id': '17', ETag: '"1"', 'content-type': 'application/xml' }
const emptyList = `<ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated></ListBucketResult>`

/** A store that answers a request only if `answers` says so. */
async function moodyStore(answers: (asked: string, times: number) => boolean) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const now = `${request.method} ${new URL(request.url ?? '', 'http://s3').pathname}`
    asked.push(now)
    if (!answers(now, asked.filter((other) => other === now).length)) return
    response.writeHead(200, headers).end(request.url?.includes('list-type') ? emptyList : 'content')
  })
  const endpoint = await listen(server)
  return { asked, store: storeAt(endpoint, { requestTimeoutMillis, maxAttempts: 3 }) }
}

const listed = async (store: Awaited<ReturnType<typeof moodyStore>>['store']) => {
  for await (const _object of store.list('')) break
}

it('waits for a silent store once, however many requests are left, and asks it again later', async () => {
  let isFrozen = true
  const { store, asked } = await moodyStore(() => !isFrozen)
  expect((await errorOf(listed(store))).code).toBe('TimeoutError')
  for (const key of ['a', 'b', 'c']) expect((await errorOf(store.read(key))).code).toBe('TimeoutError')
  expect(asked).toHaveLength(1)

  isFrozen = false
  await wait(requestTimeoutMillis)
  await listed(store)
  expect(Buffer.from(await store.read('a')).toString()).toBe('content')
})

it('sends a request again whose connection stalls while the store answers others', async () => {
  const { store, asked } = await moodyStore((request, times) => !request.endsWith('/stalled') || times > 1)
  let isOver = false
  const others = (async () => {
    for (; !isOver; await wait(50)) await listed(store)
  })()
  const bytes = await store.read('stalled')
  isOver = true
  await others
  expect(Buffer.from(bytes).toString()).toBe('content')
  expect(asked.filter((request) => request.endsWith('/stalled'))).toHaveLength(2)
})
