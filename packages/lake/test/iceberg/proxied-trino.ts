import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a proxy does before it passes something on; with false it hangs up instead. */
interface Passing {
  /** `sql` is undefined for a request that is no new statement. */
  onRequest: (sql: string | undefined) => boolean | Promise<boolean>
  onAnswer?: (answer: string, sql: string | undefined) => boolean
}

/** A proxy for Trino. */
export async function proxiedTrino(trino: string, { onRequest, onAnswer = () => true }: Passing) {
  const server: Server = createServer((incoming, response) => {
    const body: Buffer[] = []
    const pass = (sql: string | undefined) => {
      const { host: _, ...headers } = incoming.headers
      const passed = request(`${trino}${incoming.url}`, { method: incoming.method!, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = String(Buffer.concat(chunks))
          if (!onAnswer(text, sql)) return void response.destroy()
          response.writeHead(answer.statusCode!).end(text.replaceAll(trino, url))
        })
      })
      passed.on('error', () => response.destroy())
      passed.end(Buffer.concat(body))
    }
    incoming.on('data', (chunk: Buffer) => body.push(chunk))
    incoming.on('end', () => {
      const sql = incoming.method === 'POST' ? String(Buffer.concat(body)) : undefined
      void Promise.resolve(onRequest(sql)).then(
        (isPassed) => (isPassed ? pass(sql) : void response.destroy()),
        () => response.destroy(),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
