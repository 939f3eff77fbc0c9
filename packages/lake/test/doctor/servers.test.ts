import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pump } from '@minilake/schema'
import { expect, onTestFinished, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { freshFolder } from '../fresh-lake.js'

const keysOf = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: `secret of ${accessKeyId}` })

/** What the doctor finds of a lake whose S3 and Trino are this server. */
async function findings(listener: RequestListener, { timeoutSeconds = 20 } = {}) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const lake = await openLake({
    tables: [pump],
    profile: 'stack',
    profiles: { stack: { endpoint: url, trino: url, timeoutSeconds } },
    credentials: keysOf('publisher'),
    maintainCredentials: keysOf('maintainer'),
    cwd: await freshFolder(),
  })
  onTestFinished(() => lake.close())
  const results = await lake.doctor()
  return (check: string) => results.find((result) => result.check === check)
}

test('waits as long as timeoutSeconds says for a server that does not answer', async () => {
  const found = await findings(() => {}, { timeoutSeconds: 1 })
  expect(found('endpoint')).toMatchObject({
    state: 'failed',
    finding: expect.stringMatching(/^S3 does not answer at \S+: no answer within 1 s$/),
  })
})

/** An empty bucket that answers removals of the key that publishes with this error. */
const bucketRefusing =
  (status: number, code: string): RequestListener =>
  (request, response) =>
    request.resume().on('end', () => {
      const isOfPublisher = request.headers.authorization?.includes('publisher') ?? false
      if (request.method === 'DELETE' && isOfPublisher)
        return response
          .writeHead(status)
          .end(`<Error><Code>${code}</Code><Message>so says S3</Message></Error>`)
      if (request.method === 'GET')
        return response.end('<ListBucketResult><Name>iot-time-series</Name></ListBucketResult>')
      return response.writeHead(request.method === 'DELETE' ? 204 : 200, { etag: '"0"' }).end()
    })

test.each([
  [403, 'AccessDenied', /the one that publishes may not$/],
  [400, 'InvalidRequest', /the one that publishes could not be asked about: cannot remove \S+: .*so says S3/],
])('tells whether the key that publishes may remove files: %s %s', async (status, code, finding) => {
  const found = await findings(bucketRefusing(status, code))
  expect(found('removal')?.finding).toMatch(finding)
})
