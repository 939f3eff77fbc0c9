import { probeFolder } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { collect } from '../fixtures/byte-stream.js'
import { errorOf, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('the probe', () => {
  it('finds that a store honours If-None-Match, and leaves nothing behind', async () => {
    const { endpoint, asked, objects, uploads } = await memoryS3()
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('create-once')
    expect(asked.filter((line) => /^(PUT|POST) /.test(line)).every((line) => line.includes('/_probe/'))).toBe(
      true,
    )
    expect([objects.size, uploads.size]).toEqual([0, 0])
  })

  it('finds that a store accepts and ignores If-None-Match, and leaves nothing behind', async () => {
    const { endpoint, objects, uploads } = await memoryS3({ ignoresIfNoneMatch: true })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('check-then-write')
    expect([objects.size, uploads.size]).toEqual([0, 0])
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

  it('leaves anything that it cannot remove in a folder of its own', async () => {
    const { endpoint } = await memoryS3({
      refuse: (asked) => (asked.startsWith('DELETE') ? [403, 'AccessDenied'] : undefined),
    })
    const store = storeAt(endpoint)
    await errorOf(store.probeCreateOnce())
    expect((await collect(store.list(probeFolder))).length).toBeGreaterThan(0)
  })

  it('names the rights that it needs', async () => {
    const { endpoint } = await memoryS3({ refuse: () => [403, 'AccessDenied'] })
    expect((await errorOf(storeAt(endpoint).probeCreateOnce())).message).toMatch(
      /^cannot probe s3:\S+\/_probe\/: .* lacks the right s3:PutObject and s3:DeleteObject on /,
    )
  })

  it('rejects with the reason of the signal', async () => {
    const { endpoint, asked } = await memoryS3()
    const probing = storeAt(endpoint).probeCreateOnce({ signal: AbortSignal.abort('enough') })
    await expect(probing).rejects.toBe('enough')
    expect(asked).toEqual([])
  })
})
