import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { expect, test } from 'vitest'
import { kafkaAnswers, metastoreAnswers, responseText, takesConnections } from '../src/probe.js'

test('checks a port and a URL, with and without a server', async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/ready' ? 200 : 503
    response.end('some text')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await takesConnections(port)).toBe(true)
  expect(await responseText(`http://127.0.0.1:${port}/ready`)).toBe('some text')
  expect(await responseText(`http://127.0.0.1:${port}/starting`)).toBeUndefined()

  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await takesConnections(port)).toBe(false)
  expect(await responseText(`http://127.0.0.1:${port}/ready`)).toBeUndefined()
})

// The beginnings of a reply and of an exception in Thrift's binary protocol; of a Kafka response and of one with an error.
test.each([
  {
    name: 'a metastore',
    answers: metastoreAnswers,
    call: 'getStatus',
    replies: { reply: '80010002', exception: '80010003', web: '48545450', frozen: '' },
  },
  {
    name: 'a Kafka broker',
    answers: kafkaAnswers,
    call: '\0\x12\0\0',
    replies: { reply: '00000010000000070000', error: '00000010000000070023', web: '48545450', frozen: '' },
  },
])('$name answers only if it replies to a call, not if it just accepts connections', async (server) => {
  const { answers, call, replies } = server
  for (const [kind, start] of Object.entries(replies)) {
    const called: string[] = []
    const server = createSocketServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (call) => {
        called.push(call.toString('latin1'))
        if (start !== '') socket.write(Buffer.from(start, 'hex'))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await answers(port), kind).toBe(kind === 'reply')
    expect(called).toEqual([expect.stringContaining(call)])
    await new Promise((resolve) => server.close(resolve))
    expect(await answers(port)).toBe(false)
  }
})
