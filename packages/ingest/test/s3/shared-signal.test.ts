import { getEventListeners } from 'node:events'
import { beforeAll, expect, it, vi } from 'vitest'
import { bytesOf } from '../fixtures/byte-stream.js'
import { storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

it.each([true, false])(
  'many writes at once share a signal without a warning of a leak (overwrite: %s)',
  async (overwrite) => {
    const { signal } = new AbortController()
    let most = 0
    const { endpoint } = await memoryS3({
      refuse: () => {
        most = Math.max(most, getEventListeners(signal, 'abort').length)
        return undefined
      },
    })
    const warnings: string[] = []
    const onWarning = ({ name }: Error) => void warnings.push(name)
    process.on('warning', onWarning)
    const store = storeAt(endpoint)
    await Promise.all(
      Array.from({ length: 16 }, (_, at) => store.write(`a/${at}`, bytesOf('rows'), { overwrite, signal })),
    )
    process.off('warning', onWarning)
    expect(most).toBe(1)
    expect(warnings).toEqual([])
  },
)

it('one abort ends all writes that share the signal', async () => {
  const controller = new AbortController()
  const { endpoint } = await memoryS3({
    hold: () => new Promise(() => controller.abort(new Error('enough'))),
  })
  const store = storeAt(endpoint)
  const writes = Array.from({ length: 16 }, (_, at) =>
    store.write(`a/${at}`, bytesOf('rows'), { overwrite: true, signal: controller.signal }),
  )
  for (const end of await Promise.allSettled(writes)) expect(end).toMatchObject({ status: 'rejected' })
})
