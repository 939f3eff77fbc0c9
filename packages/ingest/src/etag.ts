import { createHash } from 'node:crypto'
import type { ByteStream, Identity } from './object-store.js'
import { untilAborted } from './until-aborted.js'

/** The fixed size of a part: objects up to it are put in one request, larger ones in parts of it. 16 MiB. */
export const partBytes = 16 * 1024 * 1024

/** Computes an object's identity while its bytes go by. */
export interface EtagHasher {
  update(chunk: Uint8Array): void
  /** To be called once, after the last chunk. */
  identity(): Identity
}

/**
 * The ETag as S3 forms it without KMS: the MD5 of an object put at once, and for one put in parts the MD5 of the parts'
 * MD5s and their number, `…-3`. `partSize` is in bytes, default `partBytes`.
 */
export function etagHasher(partSize: number = partBytes): EtagHasher {
  const parts: Buffer[] = []
  let part = createHash('md5')
  let filled = 0
  let size = 0
  return {
    update: (chunk) => {
      let rest = chunk
      while (rest.length > 0) {
        // A full part is closed only when more follows: an object of exactly one part is put at once.
        if (filled === partSize) {
          parts.push(part.digest())
          part = createHash('md5')
          filled = 0
        }
        const piece = rest.subarray(0, partSize - filled)
        part.update(piece)
        filled += piece.length
        size += piece.length
        rest = rest.subarray(piece.length)
      }
    },
    identity: () => {
      const last = part.digest()
      if (parts.length === 0) return { size, etag: last.toString('hex') }
      parts.push(last)
      return { size, etag: `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}` }
    },
  }
}

/** The identity of some bytes, in memory bounded by a chunk. Rejects with the signal's reason as soon as that is aborted. */
export async function identityOf(
  bytes: ByteStream,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Identity> {
  const hasher = etagHasher()
  for await (const chunk of untilAborted(bytes, signal)) hasher.update(chunk)
  return hasher.identity()
}
