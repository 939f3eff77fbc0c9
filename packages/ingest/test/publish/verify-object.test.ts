import { folderStore, memoryStore, verifyObject } from '@minilake/ingest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, failingAfter, waitingAfter } from '../fixtures/byte-stream.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

async function verify(stored: string, chunks: Uint8Array[]) {
  const store = memoryStore()
  await store.write('a', bytesOf(stored))
  return verifyObject({ key: 'a', bytes: chunks }, store)
}

describe('verifyObject', () => {
  it('finds the same bytes, whatever their chunks are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5 })), async (chunks) => {
        const store = memoryStore()
        await store.write('a', [Buffer.concat(chunks)])
        expect(await verifyObject({ key: 'a', bytes: chunks }, store)).toEqual({ key: 'a', outcome: 'same' })
      }),
    )
  })

  it.each([
    ['abcd', 'memory/a differs from the expected bytes at byte 3'],
    ['ab', 'memory/a is shorter than expected; its first 2 bytes agree'],
    ['abcef', 'memory/a is longer than expected; its first 4 bytes agree'],
  ])('says where %j differs from abce', async (stored, reason) => {
    const result = await verify(stored, [...bytesOf('a'), ...bytesOf('bce')])
    expect(result).toEqual({ key: 'a', outcome: 'different', reason })
  })

  it('reports a missing object', async () => {
    const folder = await tempFolder()
    for (const store of [memoryStore(), folderStore({ folder })]) {
      const reason = `${store.location}/a does not exist`
      const result = await verifyObject({ key: 'a', bytes: [] }, store)
      expect(result).toEqual({ key: 'a', outcome: 'missing', reason })
    }
  })

  it('rejects if the object or the expected bytes cannot be read', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { a: 'abc', 'pump/b': '' })
    const store = folderStore({ folder })
    const gone = new Error('the sensor is gone')
    await expect(verifyObject({ key: 'a', bytes: failingAfter('a', gone) }, store)).rejects.toBe(gone)
    await expect(verifyObject({ key: '../a', bytes: [] }, store)).rejects.toThrow(RangeError)
  })

  it('rejects with the reason of the signal', async () => {
    const store = memoryStore()
    await store.write('a', bytesOf('abc'))
    const controller = new AbortController()
    const bytes = waitingAfter('a', () => controller.abort('enough'))
    await expect(verifyObject({ key: 'a', bytes }, store, { signal: controller.signal })).rejects.toBe(
      'enough',
    )
  })
})
