import { partBytes } from './part-plan.js'

/** How many parts may be in memory and on their way at once, unless told otherwise. */
export const defaultConcurrency = 4

/** How many parts may be in memory and on their way at once: writes that share the slots share the limit. */
export interface PartSlots {
  /** How many there are. */
  readonly count: number
  /** Waits for a slot, first come, first served; rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<PartSlot>
}

/** A place for the bytes of one part, until the store has them. */
export interface PartSlot {
  /** So many bytes of memory, which is used again once the slot is free. */
  buffer(size: number): Buffer
  /** To be called when the part has been sent. Calling it again does nothing. */
  free(): void
  /** Frees the slot and gives up its memory, which a broken connection may still be reading. */
  abandon(): void
}

/** Slots for so many parts. Their memory is kept for the next part: new memory for each would pile up until it is collected. */
export function partSlots(count: number): PartSlots {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`concurrency expected a whole number of at least 1, got ${count}`)
  }
  const buffers: Buffer[] = []
  const waiting = new Set<(slot: PartSlot) => void>()
  let free = count

  const give = (buffer: Buffer | undefined) => {
    if (buffer) buffers.push(buffer)
    const [next] = waiting
    if (next === undefined) {
      free += 1
      return
    }
    // Handed over at once: else a later call could come in between.
    waiting.delete(next)
    next(slot())
  }

  const slot = (): PartSlot => {
    let memory = buffers.pop()
    let isTaken = true
    const end = (kept: Buffer | undefined) => {
      if (!isTaken) return
      isTaken = false
      give(kept)
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
      if (free === 0) return turn(waiting, signal)
      free -= 1
      return slot()
    },
  }
}

function turn(waiting: Set<(slot: PartSlot) => void>, signal: AbortSignal | undefined): Promise<PartSlot> {
  return new Promise((resolve, reject) => {
    const go = (slot: PartSlot) => {
      signal?.removeEventListener('abort', stop)
      resolve(slot)
    }
    const stop = () => {
      waiting.delete(go)
      reject(signal?.reason as Error)
    }
    waiting.add(go)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Slots of others, with a member that gives back all that have been taken through it: whatever failed, none is lost. */
export function watchedSlots(slots: PartSlots): PartSlots & { abandonAll(): void } {
  const taken = new Set<PartSlot>()
  return {
    count: slots.count,
    async take(signal) {
      const slot = await slots.take(signal)
      const watched: PartSlot = {
        buffer: (size) => slot.buffer(size),
        free: () => {
          taken.delete(watched)
          slot.free()
        },
        abandon: () => {
          taken.delete(watched)
          slot.abandon()
        },
      }
      taken.add(watched)
      return watched
    },
    abandonAll: () => {
      for (const slot of taken) slot.abandon()
    },
  }
}
