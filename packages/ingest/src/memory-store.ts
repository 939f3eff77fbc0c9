import { etagHasher } from './bytes/etag.js'
import { untilAborted } from './bytes/until-aborted.js'
import { checkKey } from './object-key.js'
import { type ObjectStore, ObjectStoreError } from './object-store.js'
import { describeSystemError } from './system-error.js'

/**
 * A store in memory, for tests and experiments. It keeps the contract of every ObjectStore and ends with the process.
 *
 * @example
 * ```ts
 * import { memoryStore, publish } from '@minilake/ingest'
 *
 * const store = memoryStore()
 * const bytes = [new TextEncoder().encode('some bytes')]
 * await publish([{ key: 'pump/a.txt', bytes }], store)
 * console.log(new TextDecoder().decode(await store.read('pump/a.txt')))
 * ```
 */
export function memoryStore(): ObjectStore {
  const location = 'memory'
  const objects = new Map<string, { bytes: Uint8Array; etag: string; modified: Date }>()
  const stored = (key: string) => {
    const object = objects.get(key)
    if (object === undefined) return undefined
    const { bytes, etag, modified } = object
    return { key, size: bytes.length, etag: () => Promise.resolve(etag), modified }
  }
  const held = (key: string): Uint8Array => {
    checkKey(key)
    const object = objects.get(key)
    if (object) return object.bytes
    throw new ObjectStoreError(`cannot read ${key}: no such object`, { key, location, cause: undefined })
  }
  return {
    location,

    async *list(prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix))
      keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const key of keys) {
        const object = stored(key)
        if (object) yield Promise.resolve(object)
      }
    },

    async find(key) {
      checkKey(key)
      return Promise.resolve(stored(key))
    },

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects, does not throw
    read: async (key) => held(key),

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects, does not throw
    slice: async (key, start, end) => held(key).slice(start, end),

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects, does not throw
    open: async (key) => [held(key)],

    async write(key, bytes, { overwrite = false, signal, onBytes } = {}) {
      checkKey(key)
      const hasher = etagHasher()
      const chunks: Uint8Array[] = []
      try {
        for await (const chunk of untilAborted(bytes, signal)) {
          hasher.update(chunk)
          chunks.push(chunk.slice())
          onBytes?.(chunk.length)
        }
      } catch (cause) {
        signal?.throwIfAborted()
        throw new ObjectStoreError(`cannot write ${key}: ${describeSystemError(cause)}`, {
          key,
          location,
          cause,
        })
      }
      const identity = hasher.identity()
      const written = overwrite || !objects.has(key)
      if (written)
        objects.set(key, { bytes: Buffer.concat(chunks), etag: identity.etag, modified: new Date() })
      return { written, ...identity }
    },

    async remove(key) {
      checkKey(key)
      objects.delete(key)
      return Promise.resolve()
    },
  }
}
