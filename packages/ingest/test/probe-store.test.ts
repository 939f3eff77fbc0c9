import { beforeAll, describe, expect, it, vi } from 'vitest'
import { errorOf, storeAt } from './fake-s3.js'
import { memoryS3 } from './memory-s3.js'

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
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('look-first')
    expect([objects.size, uploads.size]).toEqual([0, 0])
  })

  it('finds a store that ignores it only where an upload in parts is completed', async () => {
    const { endpoint } = await memoryS3({ ignoresIfNoneMatch: 'uploads' })
    expect(await storeAt(endpoint).probeCreateOnce()).toBe('look-first')
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
