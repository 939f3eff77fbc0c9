import type { ByteStream } from '../bytes/byte-stream.js'
import { untilAborted } from '../bytes/until-aborted.js'
import { type ObjectStore, ObjectStoreError } from '../object-store.js'

/** How a stored object compares with the bytes that it should hold. */
export interface ObjectComparison {
  key: string
  outcome: 'same' | 'different' | 'missing'
  /** For `different` and `missing`: what was found, in one sentence. */
  reason?: string
}

/**
 * Reads an object back from the store and compares it byte by byte with the expected bytes, in memory bounded by one chunk of
 * each. Rejects if either cannot be read, and with the signal's reason.
 *
 * @example
 * ```ts
 * import { folderStore, localFiles, verifyObject } from '@minilake/ingest'
 *
 * const store = folderStore({ folder: 'lake/bucket' })
 * for await (const file of localFiles('out')) {
 *   const { outcome, reason } = await verifyObject(file, store)
 *   if (outcome !== 'same') console.error(reason)
 * }
 * ```
 */
export async function verifyObject(
  { key, bytes }: { key: string; bytes: ByteStream },
  store: ObjectStore,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ObjectComparison> {
  const place = `${store.location}/${key}`
  const stored = await openStored(key, store)
  if (stored === undefined) return { key, outcome: 'missing', reason: `${place} does not exist` }
  const actual = byteReader(untilAborted(stored, signal))
  const expected = byteReader(untilAborted(bytes, signal))
  let position = 0
  try {
    for (;;) {
      const [a, b] = [await actual.peek(), await expected.peek()]
      if (a === undefined && b === undefined) return { key, outcome: 'same' }
      if (a === undefined || b === undefined) {
        const length = a === undefined ? 'shorter' : 'longer'
        return different(`${place} is ${length} than expected; its first ${position} bytes agree`)
      }
      const length = Math.min(a.length, b.length)
      if (Buffer.compare(a.subarray(0, length), b.subarray(0, length)) !== 0) {
        const first = a.findIndex((byte, index) => byte !== b[index])
        return different(`${place} differs from the expected bytes at byte ${position + first}`)
      }
      position += length
      actual.skip(length)
      expected.skip(length)
    }
  } finally {
    await actual.close()
    await expected.close()
  }

  function different(reason: string): ObjectComparison {
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

/** Reads a stream by any number of bytes at a time. */
function byteReader(chunks: AsyncGenerator<Uint8Array, void>) {
  let rest: Uint8Array = new Uint8Array()
  return {
    /** The next bytes, at least one; undefined at the end. */
    async peek(): Promise<Uint8Array | undefined> {
      while (rest.length === 0) {
        const step = await chunks.next()
        if (step.done) return undefined
        rest = step.value
      }
      return rest
    },
    skip: (length: number) => (rest = rest.subarray(length)),
    close: () => chunks.return(undefined),
  }
}
