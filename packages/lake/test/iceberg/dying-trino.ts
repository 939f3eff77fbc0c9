import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A proxy for Trino that answers nothing more from a statement on: with `isDone: false` it does not pass the statement on, else it passes it
 * on and keeps back the answer that it is done. Calls `onDeath` then.
 */
export async function dyingTrino(
  trino: string,
  isLast: RegExp,
  isDone: boolean,
  onDeath: () => void = () => undefined,
) {
  let [isDead, lastId] = [false, '']
  const die = () => {
    if (!isDead) onDeath()
    isDead = true
  }
  const server: Server = createServer((incoming, response) => {
    const body: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => body.push(chunk))
    incoming.on('end', () => {
      const isLastStatement = incoming.method === 'POST' && isLast.test(String(Buffer.concat(body)))
      if (isLastStatement && !isDone) die()
      if (isDead) return void response.destroy()
      const { host: _, ...headers } = incoming.headers
      const passed = request(`${trino}${incoming.url}`, { method: incoming.method!, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = String(Buffer.concat(chunks))
          const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
          if (isLastStatement) lastId = id
          if (lastId !== '' && id === lastId && text.includes('"state":"FINISHED"')) die()
          if (isDead) return void response.destroy()
          response.writeHead(answer.statusCode!).end(text.replaceAll(trino, url))
        })
      })
      passed.on('error', () => response.destroy())
      passed.end(Buffer.concat(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    isDead: () => isDead,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
