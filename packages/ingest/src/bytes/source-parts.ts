import type { ByteStream, RereadableBytes } from '../object-store.js'
import { partBytes, type PlannedPart } from './part-plan.js'
import type { PartSlot, PartSlots } from './part-slots.js'
import { untilAborted } from './until-aborted.js'

const chunkBytes = 1024 * 1024

/** The bytes of a part, in a slot that is to be freed when they have been sent. */
export interface SourcePart {
  partNumber: number
  data: Uint8Array
  lastPart: boolean
  slot: PartSlot
}

/** Where the slots come from, and what ends the waiting for them. */
interface Taking {
  slots: PartSlots
  stop: AbortSignal
}

/** A stream cut into parts of `partBytes`, each in a slot: no more is taken from the stream than there are free slots. */
export async function* streamParts(bytes: ByteStream, { slots, stop }: Taking): AsyncGenerator<SourcePart> {
  let slot = await slots.take(stop)
  let filled = 0
  let partNumber = 1
  const part = (lastPart: boolean) => ({
    partNumber,
    data: slot.buffer(partBytes).subarray(0, filled),
    lastPart,
    slot,
  })
  for await (const chunk of untilAborted(bytes, stop)) {
    let rest = chunk
    while (rest.length > 0) {
      // A full part is given only when more follows: an object of exactly one part is put at once.
      if (filled === partBytes) {
        yield part(false)
        slot = await slots.take(stop)
        filled = 0
        partNumber += 1
      }
      const piece = rest.subarray(0, partBytes - filled)
      slot.buffer(partBytes).set(piece, filled)
      filled += piece.length
      rest = rest.subarray(piece.length)
    }
  }
  yield part(true)
}

/** All of bytes that can be read again, in chunks of 1 MiB. */
export async function* rereadChunks(reread: RereadableBytes): AsyncGenerator<Uint8Array> {
  const { size } = reread
  for (let start = 0; start < size; start += chunkBytes) {
    const chunk = new Uint8Array(Math.min(chunkBytes, size - start))
    await reread.readInto(chunk, start)
    yield chunk
  }
}

/** The planned parts of bytes that can be read again, each read into a slot. */
export async function* rereadParts(
  reread: RereadableBytes,
  { plan, slots, stop }: Taking & { plan: readonly PlannedPart[] },
): AsyncGenerator<SourcePart> {
  for (const { number, start, end } of plan) {
    const slot = await slots.take(stop)
    const data = slot.buffer(end - start)
    await reread.readInto(data, start)
    yield { partNumber: number, data, lastPart: end === reread.size, slot }
  }
}
