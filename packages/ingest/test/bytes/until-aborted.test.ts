import { describe, expect, it, vi } from 'vitest'
import { untilAborted } from '../../src/bytes/until-aborted.js'
import { bytesOf, collect, failingAfter, waitingAfter } from '../fixtures/byte-stream.js'

const { signal: never } = new AbortController()

describe('untilAborted', () => {
  it.each([undefined, never])('yields all chunks of an iterable or a stream (signal %s)', async (signal) => {
    const chunks = [...bytesOf('a'), ...bytesOf('b')]
    expect(await collect(untilAborted(chunks, signal))).toEqual(chunks)
    expect(await collect(untilAborted(collectable(chunks), signal))).toEqual(chunks)
  })

  it('rejects with the error of the stream', async () => {
    const cause = new Error('the sensor is gone')
    await expect(collect(untilAborted(failingAfter('half', cause), never))).rejects.toBe(cause)
  })

  it('pulls nothing from the stream if the signal is already aborted', async () => {
    const reason = new Error('enough')
    const next = vi.fn()
    const stream = { [Symbol.asyncIterator]: () => ({ next }) }
    await expect(collect(untilAborted(stream, AbortSignal.abort(reason)))).rejects.toBe(reason)
    expect(next).not.toHaveBeenCalled()
  })

  it('rejects with the reason while the stream is waiting', async () => {
    const controller = new AbortController()
    const stream = waitingAfter('half', () => controller.abort('enough'))
    await expect(collect(untilAborted(stream, controller.signal))).rejects.toBe('enough')
  })

  it('closes an aborted stream without waiting for it', async () => {
    const controller = new AbortController()
    const close = vi.fn(() => new Promise<IteratorResult<Uint8Array>>(() => undefined))
    const next = () => {
      setTimeout(() => controller.abort('enough'))
      return new Promise<IteratorResult<Uint8Array>>(() => undefined)
    }
    const stream = { [Symbol.asyncIterator]: () => ({ next, return: close }) }
    await expect(collect(untilAborted(stream, controller.signal))).rejects.toBe('enough')
    expect(close).toHaveBeenCalledOnce()
  })

  it('closes the stream when its consumer stops early', async () => {
    let isClosed = false
    async function* endless() {
      try {
        for (;;) yield* collectable(bytesOf('a'))
      } finally {
        isClosed = true
      }
    }
    for await (const chunk of untilAborted(endless(), never)) if (chunk.length > 0) break
    expect(isClosed).toBe(true)
  })
})

async function* collectable(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Promise.resolve(chunk)
}
