import { createServer, request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A proxy for Trino that counts rows and records credentials, and speaks https if it is given a key and certificate. */
export async function trinoProxy(
  trino: string,
  { tls, isForwarded = true }: { tls?: { key: string; cert: string }; isForwarded?: boolean } = {},
) {
  const authorizations: (string | undefined)[] = []
  let rows = 0
  let largestPage = 0
  const server = tls ? createTlsServer(tls) : createServer()
  server.on('request', (incoming, response) => {
    const { authorization, host: _, ...headers } = incoming.headers
    authorizations.push(authorization)
    const passed = request(`${trino}${incoming.url}`, { method: incoming.method!, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const page = body.startsWith('{') ? (JSON.parse(body) as { data?: unknown[] }) : {}
        rows += page.data?.length ?? 0
        largestPage = Math.max(largestPage, page.data?.length ?? 0)
        response.writeHead(answer.statusCode!).end(isForwarded ? body.replaceAll(trino, url) : body)
      })
    })
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`
  return {
    url,
    authorizations,
    rows: () => rows,
    largestPage: () => largestPage,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections())
    },
  }
}
