import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ObjectStoreError } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { expect, onTestFinished, test } from 'vitest'
import { fileFault } from '../../src/files/file-failure.js'
import { hasRows } from '../../src/files/has-rows.js'
import { lakeFile, readableFooter } from '../../src/files/lake-file.js'
import { turbine } from '../turbine.js'

const file = { key: 'turbine/event_date=2026-01-01/a.parquet', size: 20, etag: () => Promise.resolve('') }

/** A bucket that answers each read of an object so. */
async function bucketWith(status: number, body: string) {
  const server = createServer((request, response) => {
    if (/max-keys=1(&|$)/.test(request.url ?? ''))
      return response.end('<ListBucketResult><Name>lake</Name></ListBucketResult>')
    return response.writeHead(status, { etag: '"0"' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  return s3Store({ bucket: 'lake', endpoint, credentials, maxAttempts: 1 })
}

const error = (code: string) => `<Error><Code>${code}</Code><Message>so says S3</Message></Error>`

test.each([
  ['is damaged', 206, 'no Parquet file at all', /^not a Parquet file/],
  ['may not be read', 403, error('AccessDenied'), /lacks the right s3:GetObject/],
  ['is gone', 404, error('NoSuchKey'), /^cannot read/],
])('a file that %s cannot be read, and others can', async (_, status, body, reason) => {
  const store = await bucketWith(status, body)
  expect(await readableFooter(file, store)).toMatchObject({ message: expect.stringMatching(reason) })
  expect(await fileFault(turbine, file, store)).toMatch(reason)
  expect(await lakeFile(turbine, file, store)).toMatchObject({
    rows: null,
    error: expect.stringMatching(reason),
  })
})

test('a failure of the store says nothing about a file', async () => {
  const store = await bucketWith(503, error('SlowDown'))
  for (const look of [
    readableFooter(file, store),
    fileFault(turbine, file, store),
    lakeFile(turbine, file, store),
  ])
    await expect(look).rejects.toThrow(ObjectStoreError)
})

test('the content of a file that may not be read is unknown, not another one', async () => {
  const store = await bucketWith(403, error('AccessDenied'))
  const wanted = { size: 20, rowsSha256: '0', createdBy: undefined, imports: [] }
  await expect(hasRows(file, wanted, store)).rejects.toThrow('s3:GetObject')
})
