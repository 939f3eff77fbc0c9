import { onAbort } from './on-abort.js'
import { partBytes } from './part-plan.js'

/** The default number of parts that are in memory or being sent at a time. */
export const defaultConcurrency = 4

/** Limits how many parts are in memory or being sent at a time. Writes that share the slots share the limit. */
export interface PartSlots {
  /** The number of slots. */
  readonly count: number
  /** Waits for a free slot, first come, first served. Rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<PartSlot>
}

/** Holds the bytes of one part until the store has them. */
export interface PartSlot {
  /** The slot's memory, `size` bytes of it. It is reused once the slot is free. */
  buffer(size: number): Buffer
  /** Frees the slot once its part has been sent. Does nothing the second time. */
  free(): void
  /** Frees the slot but drops its memory, which a broken connection may still be reading. */
  abandon(): void
}

/**
 * Creates slots for `count` parts. Their memory is kept for the next part: newly allocated memory would pile up until it is
 * garbage-collected. Throws a RangeError for a count that is not a positive whole number.
 */
export function partSlots(count: number): PartSlots {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`concurrency expected a whole number of at least 1, got ${count}`)
  }
  const buffers: Buffer[] = []
  const waiting = new Set<(slot: PartSlot) => void>()
  let free = count

  const release = (buffer: Buffer | undefined) => {
    if (buffer) buffers.push(buffer)
    const [next] = waiting
    if (next === undefined) {
      free += 1
      return
    }
    // Hand the slot over synchronously: otherwise a later call to take could get in first.
    waiting.delete(next)
    next(slot())
  }

  const slot = (): PartSlot => {
    let memory = buffers.pop()
    let isTaken = true
    const end = (kept: Buffer | undefined) => {
      if (!isTaken) return
      isTaken = false
      release(kept)
    }
    return {
      buffer: (size) => {
        if (memory === undefined || memory.length < size) {
          memory = Buffer.allocUnsafeSlow(Math.max(size, partBytes))
        }
        return memory.subarray(0, size)
      },
      free: () => end(memory),
      abandon: () => end(undefined),
    }
  }

  return {
    count,
    async take(signal) {
      signal?.throwIfAborted()
      if (free === 0) return queue(waiting, signal)
      free -= 1
      return slot()
    },
  }
}

function queue(waiting: Set<(slot: PartSlot) => void>, signal: AbortSignal | undefined): Promise<PartSlot> {
  return new Promise((resolve, reject) => {
    const go = (slot: PartSlot) => {
      forget()
      resolve(slot)
    }
    waiting.add(go)
    const forget = onAbort(signal, () => {
      waiting.delete(go)
      reject(signal?.reason as Error)
    })
  })
}

/** Wraps shared slots and tracks what is taken through the wrapper, so that `abandonAll` returns every slot after a failure. */
export function trackedSlots(slots: PartSlots): PartSlots & { abandonAll(): void } {
  const taken = new Set<PartSlot>()
  return {
    count: slots.count,
    async take(signal) {
      const slot = await slots.take(signal)
      const tracked: PartSlot = {
        buffer: (size) => slot.buffer(size),
        free: () => {
          taken.delete(tracked)
          slot.free()
        },
        abandon: () => {
          taken.delete(tracked)
          slot.abandon()
        },
      }
      taken.add(tracked)
      return tracked
    },
    abandonAll: () => {
      for (const slot of taken) slot.abandon()
    },
  }
}
