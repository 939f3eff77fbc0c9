import { createHash } from 'node:crypto'
import type { ByteStream, Identity } from '../object-store.js'
import { partBytes, partBytesFor } from './part-plan.js'
import { untilAborted } from './until-aborted.js'

/** How an object was put, of which its ETag depends. */
export interface EtagPlan {
  /** The size of its parts; Infinity for an object put at once. */
  partBytes: number
  /** Whether even an object of a single part was put in parts, as some tools do. Default false. */
  alwaysInParts?: boolean
}

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
export function etagHasher(partSize: number = partBytes, { alwaysInParts = false } = {}): EtagHasher {
  const parts: string[] = []
  let part = createHash('md5')
  let filled = 0
  let size = 0
  return {
    update: (chunk) => {
      let rest = chunk
      while (rest.length > 0) {
        // A full part is closed only when more follows: an object of exactly one part is put at once.
        if (filled === partSize) {
          parts.push(part.digest('hex'))
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
      const last = part.digest('hex')
      const isAtOnce = parts.length === 0 && !alwaysInParts
      return { size, etag: isAtOnce ? last : etagOfParts([...parts, last]) }
    },
  }
}

/** The ETag of an object put in parts, from the MD5s of these in hexadecimal. */
export function etagOfParts(md5s: readonly string[]): string {
  const hash = createHash('md5')
  for (const md5 of md5s) hash.update(md5, 'hex')
  return `${hash.digest('hex')}-${md5s.length}`
}

/**
 * The identity of some bytes, in memory bounded by a chunk. `size` says how many will come, where that is known, and with it
 * how large the parts are; `plan` is another way of putting them. Rejects with the signal's reason as soon as that is aborted.
 */
export async function identityOf(
  bytes: ByteStream,
  {
    signal,
    size = 0,
    plan = { partBytes: partBytesFor(size) },
  }: { signal?: AbortSignal | undefined; size?: number | undefined; plan?: EtagPlan | undefined } = {},
): Promise<Identity> {
  const hasher = etagHasher(plan.partBytes, plan)
  for await (const chunk of untilAborted(bytes, signal)) hasher.update(chunk)
  return hasher.identity()
}

const mebi = 1024 * 1024
/** What other tools take for a part: aws and boto3 8 MiB, SDKs and rclone 5, s5cmd 50, and what people choose. */
const commonPartBytes = [5, 8, 10, 15, 25, 32, 50, 64, 100, 128, 256, 512, 1024].map((size) => size * mebi)

/**
 * The ways of putting an object of this size that may give this ETag; none where it is no MD5, or of parts of a size that
 * nobody uses.
 */
export function etagPlans({ size, etag }: Identity): EtagPlan[] {
  const [, count] = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(etag) ?? []
  if (count === undefined) return isMd5(etag) ? [{ partBytes: Infinity }] : []
  const parts = Number(count)
  if (parts === 1) return [{ partBytes: Infinity, alwaysInParts: true }]
  return [partBytesFor(size), ...commonPartBytes]
    .filter((length, index, all) => Math.ceil(size / length) === parts && all.indexOf(length) === index)
    .map((length) => ({ partBytes: length }))
}

/** Whether an ETag has the form of an MD5, as that of an object put at once or of a part. */
export function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag)
}
