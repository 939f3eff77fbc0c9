import type { ByteStream } from '../bytes/byte-stream.js'
import { untilAborted } from '../bytes/until-aborted.js'
import { type ObjectStore, ObjectStoreError } from '../object-store.js'

/** How a published object compares with the bytes that it was made of. */
export interface Verification {
  key: string
  outcome: 'same' | 'different' | 'missing'
  /** For `different` and `missing`: what was found, in one sentence. */
  reason?: string
}

/**
 * Reads an object of the store and compares it, byte for byte, with what it should be, in memory bounded by a chunk of
 * either. Rejects where one of the two cannot be read, and with the signal's reason.
 */
export async function verifyObject(
  { key, bytes }: { key: string; bytes: ByteStream },
  store: ObjectStore,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Verification> {
  const place = `${store.location}/${key}`
  const stored = await openStored(key, store)
  if (stored === undefined) return { key, outcome: 'missing', reason: `${place} is not there` }
  const theirs = pull(untilAborted(stored, signal))
  const ours = pull(untilAborted(bytes, signal))
  let position = 0
  try {
    for (;;) {
      const [a, b] = [await theirs.chunk(), await ours.chunk()]
      if (a === undefined && b === undefined) return { key, outcome: 'same' }
      if (a === undefined || b === undefined) {
        const which = a === undefined ? 'shorter' : 'longer'
        return different(`${place} is ${which} than what it should be, which agrees in ${position} bytes`)
      }
      const length = Math.min(a.length, b.length)
      if (Buffer.compare(a.subarray(0, length), b.subarray(0, length)) !== 0) {
        const first = a.findIndex((byte, index) => byte !== b[index])
        return different(`${place} differs from what it should be at byte ${position + first}`)
      }
      position += length
      theirs.taken(length)
      ours.taken(length)
    }
  } finally {
    await theirs.close()
    await ours.close()
  }

  function different(reason: string): Verification {
    return { key, outcome: 'different', reason }
  }
}

async function openStored(key: string, store: ObjectStore): Promise<ByteStream | undefined> {
  try {
    return await store.open(key)
  } catch (error) {
    if (error instanceof ObjectStoreError && (await store.find(key)) === undefined) return undefined
    throw error
  }
}

/** A stream of which any number of bytes can be taken. */
function pull(chunks: AsyncGenerator<Uint8Array>) {
  let rest = new Uint8Array()
  return {
    /** The bytes at hand; nothing at the end. */
    async chunk(): Promise<Uint8Array | undefined> {
      while (rest.length === 0) {
        const step = await chunks.next()
        if (step.done) return undefined
        rest = step.value as Uint8Array<ArrayBuffer>
      }
      return rest
    },
    taken: (length: number) => (rest = rest.subarray(length)),
    close: () => chunks.return(undefined),
  }
}
