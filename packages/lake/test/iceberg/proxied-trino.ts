import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a proxy does before it passes something on; with false it hangs up instead, and with a text it answers that. */
interface Passing {
  /** `sql` is undefined for a request that is no new statement. */
  onRequest: (sql: string | undefined) => boolean | Promise<boolean>
  /** The statement that Trino gets in place of another. */
  onStatement?: (sql: string) => string
  onAnswer?: (answer: string, sql: string | undefined) => boolean | string | Promise<boolean>
}

/** A proxy for Trino. */
export async function proxiedTrino(
  trino: string,
  { onRequest, onStatement = (sql) => sql, onAnswer = () => true }: Passing,
) {
  const server: Server = createServer((incoming, response) => {
    const body: Buffer[] = []
    const pass = (sql: string | undefined) => {
      const { host: _, 'content-length': __, ...headers } = incoming.headers
      const forwarded = request(
        `${trino}${incoming.url}`,
        { method: incoming.method!, headers },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const text = String(Buffer.concat(chunks))
            void Promise.resolve(onAnswer(text, sql)).then((passed) => {
              if (passed === false) return void response.destroy()
              response
                .writeHead(answer.statusCode!)
                .end((passed === true ? text : passed).replaceAll(trino, url))
            })
          })
        },
      )
      forwarded.on('error', () => response.destroy())
      forwarded.end(sql === undefined ? Buffer.concat(body) : onStatement(sql))
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
