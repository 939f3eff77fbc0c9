import { probeFolder } from '@minilake/ingest/s3'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { collect } from '../fixtures/byte-stream.js'
import { errorOf, storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('the probe', () => {
  it('finds a store that heeds If-None-Match, and leaves nothing', async () => {
    const { endpoint, asked, objects, uploads } = await memoryS3()
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('create-once')
    expect(asked.filter((line) => /^(PUT|POST) /.test(line)).every((line) => line.includes('/_probe/'))).toBe(
      true,
    )
    expect([objects.size, uploads.size]).toEqual([0, 0])
  })

  it('finds a store that takes If-None-Match and ignores it, and leaves nothing', async () => {
    const { endpoint, objects, uploads } = await memoryS3({ ignoresIfNoneMatch: true })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('check-then-write')
    expect([objects.size, uploads.size]).toEqual([0, 0])
  })

  it('finds a store that ignores it only where an upload in parts is completed', async () => {
    const { endpoint } = await memoryS3({ ignoresIfNoneMatch: 'uploads' })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('check-then-write')
  })

  it.each([
    ['put', /^PUT .*_probe\/[^?]*\?x-id=PutObject/],
    ['beginning of an upload', /^POST .*uploads/],
    ['part', /^PUT .*partNumber/],
    ['completion', /^POST .*uploadId/],
  ])('leaves nothing where one %s fails, and says why', async (_, pattern) => {
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

  it('says what failed first, where it cannot clean either', async () => {
    const { endpoint } = await memoryS3({
      refuse: (asked) => (asked.startsWith('PUT') ? [500, 'InternalError'] : [403, 'AccessDenied']),
    })
    expect(await errorOf(storeAt(endpoint).probeCreateOnce())).toMatchObject({ code: 'InternalError' })
  })

  it('leaves what it leaves under a folder of its own', async () => {
    const { endpoint } = await memoryS3({
      refuse: (asked) => (asked.startsWith('DELETE') ? [403, 'AccessDenied'] : undefined),
    })
    const store = storeAt(endpoint)
    await errorOf(store.probeCreateOnce())
    expect((await collect(store.list(probeFolder))).length).toBeGreaterThan(0)
  })

  it('says which rights it needs', async () => {
    const { endpoint } = await memoryS3({ refuse: () => [403, 'AccessDenied'] })
    expect((await errorOf(storeAt(endpoint).probeCreateOnce())).message).toMatch(
      /^cannot probe s3:\S+\/_probe\/: .* lacks the right s3:PutObject and s3:DeleteObject on /,
    )
  })

  it('ends with the reason of the signal', async () => {
    const { endpoint, asked } = await memoryS3()
    const probing = storeAt(endpoint).probeCreateOnce({ signal: AbortSignal.abort('enough') })
    await expect(probing).rejects.toBe('enough')
    expect(asked).toEqual([])
  })
})
