import { createHash } from 'node:crypto'
import { identityOf, partBytes } from '@minilake/ingest'
import type { Checksums } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { etagOfParts } from '../../src/bytes/etag.js'
import { bytesOf } from '../fixtures/byte-stream.js'
import { type Answer, bucket, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

const started: Answer = {
  status: 200,
  body: '<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>',
}

describe('an upload in parts', () => {
  it('stops if a part fails, and removes its parts', async () => {
    const { endpoint, asked } = await fakeS3((request) => {
      if (request.includes('uploads')) return started
      return request.includes('partNumber') ? s3Error(403, 'AccessDenied') : { status: 204 }
    })
    let taken = 0
    let isClosed = false
    async function* endless() {
      try {
        for (; taken < 640; taken += 1) yield Promise.resolve(Buffer.alloc(1024 * 1024))
      } finally {
        isClosed = true
      }
    }
    const error = await errorOf(storeAt(endpoint).write('a', endless(), { overwrite: true }))
    expect(error.message).toMatch(
      /: access is denied: the user lacks the right s3:PutObject on iot-time-series$/,
    )
    expect(taken).toBeLessThan(160)
    await vi.waitFor(() => expect(isClosed).toBe(true))
    expect(asked.at(-1)).toBe(`DELETE /${bucket}/a?uploadId=7&x-id=AbortMultipartUpload`)
  })

  async function* waitingAfterAPart() {
    yield Buffer.alloc(2 * partBytes)
    await new Promise(() => undefined)
  }

  it('ends if a part fails while the stream waits forever', async () => {
    const { endpoint, asked } = await fakeS3((request) => {
      if (request.includes('uploads')) return started
      return request.includes('partNumber') ? s3Error(403, 'AccessDenied') : { status: 204 }
    })
    const error = await errorOf(storeAt(endpoint).write('a', waitingAfterAPart(), { overwrite: true }))
    expect(error.message).toMatch(/ lacks the right s3:PutObject on iot-time-series$/)
    expect(asked.at(-1)).toMatch(/AbortMultipartUpload$/)
  })

  it('says why its parts may remain', async () => {
    const { endpoint } = await fakeS3((request) =>
      request.includes('uploads') ? started : s3Error(403, 'AccessDenied'),
    )
    const error = await errorOf(storeAt(endpoint).write('a', waitingAfterAPart(), { overwrite: true }))
    expect(error.message).toBe(
      'cannot write s3://iot-time-series/a: access is denied: the user lacks the right s3:PutObject on iot-time-series; its parts may remain: access is denied: the user lacks the right s3:AbortMultipartUpload on iot-time-series',
    )
    expect(error).toMatchObject({ code: 'AccessDenied', cause: { name: 'AccessDenied' } })
  })
})

describe('the response of a store to an upload', () => {
  const bytes = [Buffer.alloc(2 * partBytes, 'minilake')]
  const part = bytes[0]!.subarray(0, partBytes)
  const partEtag = `"${createHash('md5').update(part).digest('hex')}"`
  const otherEtag = `"${'0'.repeat(32)}"`
  const completed = (fields: string) =>
    `<CompleteMultipartUploadResult>${fields}</CompleteMultipartUploadResult>`

  /** A store with these responses to parts and to the completion. */
  async function answering(partHeaders: Record<string, string>, completion: string) {
    const { endpoint, asked } = await fakeS3((request) => {
      if (request.includes('uploads')) return started
      if (request.includes('partNumber')) return { status: 200, headers: partHeaders }
      return request.startsWith('POST') ? { status: 200, body: completion } : { status: 204 }
    })
    return { endpoint, asked }
  }
  const whole = async () => `<ETag>"${(await identityOf(bytes)).etag}"</ETag>`

  it('is compared with what was sent', async () => {
    const cases: [Record<string, string>, string, RegExp][] = [
      [{ ETag: otherEtag }, await whole(), /ETag 0+ instead of \w+\)/],
      [
        { ETag: partEtag, 'x-amz-checksum-crc32': 'AAAAAA==' },
        await whole(),
        /CRC32 AAAAAA== instead of \S+\)/,
      ],
      [{ ETag: partEtag }, `<ETag>"${'0'.repeat(32)}-2"</ETag>`, /ETag 0+-2 instead of \w+-2\)/],
      [
        { ETag: partEtag },
        `${await whole()}<ChecksumCRC32>AAAAAA==</ChecksumCRC32>`,
        /CRC32 AAAAAA== instead of \S+\)/,
      ],
    ]
    for (const [headers, completion, difference] of cases) {
      const { endpoint } = await answering(headers, completed(completion))
      const error = await errorOf(storeAt(endpoint).write('a', bytes, { overwrite: true }))
      expect(error.message).toMatch(/: the store reports different content than was sent \(/)
      expect(error.message).toMatch(difference)
    }
  })

  it.each(['crc32', 'md5'] as const)('is accepted if it is right, with checksums %s', async (checksums) => {
    const { endpoint } = await answering({ ETag: partEtag }, completed(await whole()))
    const result = await storeAt(endpoint, { checksums }).write('a', bytes, { overwrite: true })
    expect(result).toEqual({ written: true, ...(await identityOf(bytes)) })
  })

  it("is compared by MD5 with checksums 'md5', and not at all with 'none'", async () => {
    const zeros = `<ETag>"${etagOfParts(['0'.repeat(32), '0'.repeat(32)])}"</ETag>`
    const { endpoint } = await answering({ ETag: otherEtag }, completed(zeros))
    const write = (checksums: Checksums) =>
      storeAt(endpoint, { checksums }).write('a', bytes, { overwrite: true })
    expect((await errorOf(write('md5'))).message).toMatch(/different content/)
    expect(await write('none')).toMatchObject({ written: true })
  })

  it('may be a conflict with another writer, and the request is sent again', async () => {
    let completions = 0
    const body = completed(await whole())
    const { endpoint } = await fakeS3((request) => {
      if (request.includes('uploads')) return started
      if (request.includes('partNumber')) return { status: 200, headers: { ETag: partEtag } }
      if (!request.startsWith('POST')) return { status: 404 }
      completions += 1
      return completions < 3 ? s3Error(409, 'ConditionalRequestConflict') : { status: 200, body }
    })
    expect(await storeAt(endpoint).write('a', bytes)).toMatchObject({ written: true })
    expect(completions).toBe(3)
  })
})

describe('an upload whose first response is lost', () => {
  /** A store that keeps what it is sent. Its first response to a request that stores an object is `lost`, later ones are `after`. */
  async function forgetfulS3({
    lost,
    after,
    size = large[0]!.length,
    isOurs = true,
  }: {
    lost: Answer
    after: Answer
    size?: number
    isOurs?: boolean
  }) {
    let heldBy: string | undefined
    let startedBy: string | undefined
    let storing = 0
    const { endpoint, asked } = await fakeS3((request, { headers }) => {
      const id = String(headers['x-amz-meta-minilake-write'])
      if (request.startsWith('HEAD')) {
        return heldBy === undefined
          ? { status: 404 }
          : {
              status: 200,
              headers: { ETag: '"1"', 'content-length': String(size), 'x-amz-meta-minilake-write': heldBy },
            }
      }
      if (request.includes('uploads')) {
        startedBy = id
        return started
      }
      if (request.includes('partNumber')) return { status: 200, headers: { ETag: '"1"' } }
      if (request.startsWith('DELETE')) return s3Error(404, 'NoSuchUpload')
      heldBy ??= isOurs ? (startedBy ?? id) : 'another write'
      storing += 1
      return storing === 1 ? lost : after
    })
    return { store: storeAt(endpoint, { maxAttempts: 2 }), asked }
  }

  const small = bytesOf('x')
  const large = [Buffer.alloc(partBytes + 1)]
  const taken = s3Error(412, 'PreconditionFailed')
  const failed = s3Error(500, 'InternalError')
  const gone = s3Error(404, 'NoSuchUpload')
  const cut: Answer = { status: 200, broken: 'before' }

  const cases: [string, Uint8Array[], Answer, Answer][] = [
    ['sent in one request, and then the key is taken', small, cut, taken],
    ['completed, and then the key is taken', large, failed, taken],
    ['completed, and then the upload does not exist', large, failed, gone],
  ]
  it.each(cases)('has written what was %s', async (_, bytes, lost, after) => {
    const { store } = await forgetfulS3({ lost, after, size: bytes[0]!.length })
    expect(await store.write('a', bytes)).toEqual({ written: true, ...(await identityOf(bytes)) })
  })

  it.each(cases.slice(0, 2))('has not written what another writer has %s', async (_, bytes, lost, after) => {
    const { store } = await forgetfulS3({ lost, after, isOurs: false })
    expect(await store.write('a', bytes)).toMatchObject({ written: false, ...(await identityOf(bytes)) })
  })

  it('has not written if the upload does not exist and the object is from another writer', async () => {
    const { store } = await forgetfulS3({ lost: failed, after: gone, isOurs: false })
    expect(await store.write('a', large)).toMatchObject({ written: false, ...(await identityOf(large)) })
    const error = await errorOf(store.write('a', large, { overwrite: true }))
    expect(error.message).toMatch(
      /: its upload was aborted, or completed by another writer, during the write/,
    )
    expect(error.code).toBe('NoSuchUpload')
  })

  it('has replaced another object even if the upload no longer exists', async () => {
    const { store } = await forgetfulS3({ lost: failed, after: gone })
    expect(await store.write('a', large, { overwrite: true })).toMatchObject({ written: true })
  })

  it('compares what the store reports then, too', async () => {
    const other = `"${createHash('md5').update('other').digest('hex')}"`
    let id = ''
    const { endpoint } = await fakeS3((request, { headers }) => {
      if (request.startsWith('PUT')) {
        id = String(headers['x-amz-meta-minilake-write'])
        return taken
      }
      return id === ''
        ? { status: 404 }
        : { status: 200, headers: { ETag: other, 'x-amz-meta-minilake-write': id } }
    })
    const error = await errorOf(storeAt(endpoint).write('a', small))
    expect(error.message).toContain(`s3://${bucket}/a: the store reports different content than was sent`)
  })
})
