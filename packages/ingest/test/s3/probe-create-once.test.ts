import { probeFolder } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { collect } from '../fixtures/byte-stream.js'
import { bucket, errorOf, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('the probe', () => {
  it('finds that a store honours If-None-Match, and leaves nothing behind but this', async () => {
    const { endpoint, asked, objects, uploads } = await memoryS3()
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('create-once')
    expect(asked.filter((line) => /^(PUT|POST) /.test(line)).every((line) => line.includes('/_probe/'))).toBe(
      true,
    )
    expect([[...objects.keys()], uploads.size]).toEqual([['_probe/result.json'], 0])
  })

  it('finds that a store accepts and ignores If-None-Match, and leaves nothing behind but this', async () => {
    const { endpoint, objects, uploads } = await memoryS3({ ignoresIfNoneMatch: true })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('check-then-write')
    expect([[...objects.keys()], uploads.size]).toEqual([['_probe/result.json'], 0])
  })

  it('finds that a store ignores it only when a multipart upload is completed', async () => {
    const { endpoint } = await memoryS3({ ignoresIfNoneMatch: 'uploads' })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('check-then-write')
  })

  it.each([
    ['put', /^PUT .*_probe\/[^?]*\?x-id=PutObject/],
    ['start of an upload', /^POST .*uploads/],
    ['part', /^PUT .*partNumber/],
    ['completion', /^POST .*uploadId/],
  ])('leaves nothing behind if one %s fails, and says why', async (_, pattern) => {
    let seen = 0
    const { endpoint, objects, uploads } = await memoryS3({
      hold: (asked) => {
        const isLate = pattern.test(asked) && (seen += 1) > 1
        return isLate ? new Promise((resolve) => setTimeout(resolve, 50)) : undefined
      },
      refuse: (asked) => (pattern.test(asked) && seen === 1 ? [500, 'InternalError'] : undefined),
    })
    expect(await errorOf(storeAt(endpoint).probeCreateOnce())).toMatchObject({ code: 'InternalError' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([objects.size, uploads.size]).toEqual([0, 0])
  })

  it('reports the first failure if it cannot clean up either', async () => {
    const { endpoint } = await memoryS3({
      refuse: (asked) => (asked.startsWith('PUT') ? [500, 'InternalError'] : [403, 'AccessDenied']),
    })
    expect(await errorOf(storeAt(endpoint).probeCreateOnce())).toMatchObject({ code: 'InternalError' })
  })

  it('leaves what the user may not remove in a folder of its own, once', async () => {
    const { endpoint, objects } = await memoryS3({
      refuse: (asked) => (asked.startsWith('DELETE') ? [403, 'AccessDenied'] : undefined),
    })
    const store = storeAt(endpoint)
    expect(await store.probeCreateOnce()).toBe('create-once')
    expect(await store.probeCreateOnce()).toBe('create-once')
    expect((await collect(store.list(probeFolder))).length).toBe(7)
    expect(objects.size).toBe(7)
  })

  it.each([
    ['leaves no deletion marker in a bucket with versions', true, 0],
    ['removes its objects as it may, if the user may not remove versions', false, 6],
  ])('%s', async (_, mayRemoveVersions, count) => {
    const { endpoint, objects, markers } = await memoryS3({
      versions: true,
      refuse: (asked) =>
        asked.includes('versionId=') && !mayRemoveVersions ? [403, 'AccessDenied'] : undefined,
    })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('create-once')
    expect([[...objects.keys()], markers.length]).toEqual([['_probe/result.json'], count])
  })

  it('names the right that it needs', async () => {
    const { endpoint } = await memoryS3({ refuse: () => [403, 'AccessDenied'] })
    expect((await errorOf(storeAt(endpoint).probeCreateOnce())).message).toMatch(
      /^cannot probe s3:\S+\/_probe\/: .* lacks the right s3:PutObject on /,
    )
  })

  it('rejects with the reason of the signal', async () => {
    const { endpoint, asked } = await memoryS3()
    const probing = storeAt(endpoint).probeCreateOnce({ signal: AbortSignal.abort('enough') })
    await expect(probing).rejects.toBe('enough')
    expect(asked).toEqual([])
  })
})

describe('the result of the probe', () => {
  const key = '_probe/result.json'

  it.each(['create-once', 'check-then-write'] as const)(
    '%s is remembered in the bucket: one request',
    async (result) => {
      const server = await memoryS3({ ignoresIfNoneMatch: result === 'check-then-write' })
      expect(await storeAt(server.endpoint).probeCreateOnce()).toBe(result)
      server.asked.length = 0
      const store = storeAt(server.endpoint)
      expect(await store.probeCreateOnce()).toBe(result)
      // The second one is the listing by which a client recognises a store that it has not listed yet.
      expect(server.asked).toEqual([expect.stringContaining(key), expect.stringContaining('max-keys=1')])
      // A store object that learns it so checks each key before it writes, too.
      server.asked.length = 0
      await store.write('a', [], { isKeyFree: true })
      expect(server.asked.some((line) => line.startsWith('HEAD'))).toBe(result === 'check-then-write')
    },
  )

  it('is renewed if that is asked for', async () => {
    const { endpoint, asked } = await memoryS3()
    await storeAt(endpoint).probeCreateOnce()
    const first = asked.length
    await storeAt(endpoint).probeCreateOnce({ renew: true })
    expect(asked).toHaveLength(2 * first)
  })

  it.each([
    ['it is of another endpoint', { endpoint: 'http://127.0.0.1:1' }, 0],
    ['it is of another bucket, copied from there', { bucket: 'another' }, 0],
    ['it says something else', { createOnce: 'perhaps' }, 0],
    ['it is older than 30 days', {}, 31],
  ])('does not count if %s', async (_, more, days) => {
    const server = await memoryS3({ ignoresIfNoneMatch: true })
    const text = JSON.stringify({ createOnce: 'create-once', bucket, endpoint: server.endpoint, ...more })
    const modified = new Date(Date.now() - days * 24 * 3_600_000)
    server.objects.set(key, { bytes: Buffer.from(text), etag: '1', headers: {}, modified })
    expect(await storeAt(server.endpoint).probeCreateOnce()).toBe('check-then-write')
    expect(JSON.parse(server.objects.get(key)?.bytes.toString() ?? '')).toEqual({
      ...{ createOnce: 'check-then-write', bucket, endpoint: server.endpoint },
    })
  })

  it('counts for 29 days', async () => {
    const server = await memoryS3({ ignoresIfNoneMatch: true })
    const text = JSON.stringify({ createOnce: 'create-once', bucket, endpoint: server.endpoint })
    const modified = new Date(Date.now() - 29 * 24 * 3_600_000)
    server.objects.set(key, { bytes: Buffer.from(text), etag: '1', headers: {}, modified })
    expect(await storeAt(server.endpoint).probeCreateOnce()).toBe('create-once')
  })

  it.each(['', 'null', '[]', 'no JSON'])('does not count if it is %j', async (text) => {
    const server = await memoryS3({ ignoresIfNoneMatch: true })
    server.objects.set(key, { bytes: Buffer.from(text), etag: '1', headers: {} })
    expect(await storeAt(server.endpoint).probeCreateOnce()).toBe('check-then-write')
  })
})
