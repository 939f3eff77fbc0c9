import type { ByteStream, RereadableBytes } from './byte-stream.js'
import { partBytes, type PlannedPart } from './part-plan.js'
import type { PartSlot, PartSlots } from './part-slots.js'
import { untilAborted } from './until-aborted.js'

const chunkBytes = 1024 * 1024

/** The bytes of a part, in a slot to be freed once they have been sent. The names are those of lib-storage. */
export interface SourcePart {
  partNumber: number
  data: Uint8Array
  lastPart: boolean
  slot: PartSlot
}

/** Where the slots come from, and the signal that ends waiting for one. */
interface SlotSource {
  slots: PartSlots
  stop: AbortSignal
}

/** Cuts a stream into parts of `partBytes`, at least one. Pulls no more from the stream than fits into free slots. */
export async function* streamParts(
  bytes: ByteStream,
  { slots, stop }: SlotSource,
): AsyncGenerator<SourcePart, undefined> {
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
      // A full part is yielded only when more bytes follow: an object of exactly one part is uploaded in one request.
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

/** Reads the planned parts of rereadable bytes, each into a slot. */
export async function* rereadParts(
  reread: RereadableBytes,
  { plan, slots, stop }: SlotSource & { plan: readonly PlannedPart[] },
): AsyncGenerator<SourcePart, undefined> {
  for (const { number, start, end } of plan) {
    const slot = await slots.take(stop)
    const data = slot.buffer(end - start)
    await reread.readInto(data, start)
    yield { partNumber: number, data, lastPart: end === reread.size, slot }
  }
}

/** Reads rereadable bytes from the start, in chunks of 1 MiB. */
export async function* rereadChunks(reread: RereadableBytes): AsyncGenerator<Uint8Array> {
  const { size } = reread
  for (let start = 0; start < size; start += chunkBytes) {
    const chunk = new Uint8Array(Math.min(chunkBytes, size - start))
    await reread.readInto(chunk, start)
    yield chunk
  }
}
