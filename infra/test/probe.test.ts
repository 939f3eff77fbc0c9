import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { responseText, takesConnections } from '../src/probe.js'

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
