import { partSlots } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { trackedSlots } from '../../src/bytes/part-slots.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('partSlots', () => {
  it('hands out no more than its slots, first come, first served', async () => {
    const slots = partSlots(2)
    const granted: number[] = []
    const taken = [0, 1, 2, 3].map(async (index) => {
      const slot = await slots.take()
      granted.push(index)
      return slot
    })
    await settled()
    expect(granted).toEqual([0, 1])
    const first = await taken[0]
    first?.free()
    first?.free()
    await settled()
    expect(granted).toEqual([0, 1, 2])
    ;(await taken[1])?.abandon()
    await settled()
    expect(granted).toEqual([0, 1, 2, 3])
  })

  it('reuses the memory of a freed slot, but not that of an abandoned one', async () => {
    const slots = partSlots(1)
    const memory = async (end: 'free' | 'abandon') => {
      const slot = await slots.take()
      const { buffer, length } = slot.buffer(10)
      expect(length).toBe(10)
      slot[end]()
      return buffer
    }
    const first = await memory('free')
    expect(await memory('abandon')).toBe(first)
    expect(await memory('free')).not.toBe(first)
  })

  it('stops waiting when the signal is aborted, and loses no slot', async () => {
    const slots = partSlots(1)
    const slot = await slots.take()
    const controller = new AbortController()
    const waiting = slots.take(controller.signal)
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    await expect(slots.take(controller.signal)).rejects.toBe('enough')
    slot.free()
    await slots.take()
  })

  it('hands a slot to the longest waiting caller, even if another one asks at the same moment', async () => {
    const slots = partSlots(1)
    const slot = await slots.take()
    const order: string[] = []
    const first = slots.take().then(() => order.push('first'))
    slot.free()
    void slots.take().then(() => order.push('second'))
    await first
    await settled()
    expect(order).toEqual(['first'])
  })

  it.each([0, 1.5, NaN])('refuses a count of %d', (count) => {
    expect(() => partSlots(count)).toThrow(
      new RangeError(`concurrency expected a whole number of at least 1, got ${count}`),
    )
  })
})

describe('trackedSlots', () => {
  it('returns the slots that were taken through it and not freed', async () => {
    const slots = partSlots(2)
    const watched = trackedSlots(slots)
    const first = await watched.take()
    await watched.take()
    first.free()
    watched.abandonAll()
    await Promise.all([slots.take(), slots.take()])
  })
})
