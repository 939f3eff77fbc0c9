import { createHash } from 'node:crypto'
import type { ByteStream } from './byte-stream.js'
import { partBytes, partBytesFor } from './part-plan.js'
import { untilAborted } from './until-aborted.js'

/** What identifies the content of an object: two objects with the same size and ETag hold the same bytes. */
export interface Identity {
  /** Bytes. */
  size: number
  /** Without quotes, as S3 computes it for parts of our fixed size (see `etagHasher`). */
  etag: string
}

/** How an object was uploaded, which its ETag depends on. */
export interface EtagPlan {
  /** Bytes of a part; Infinity for an object uploaded in one request. */
  partBytes: number
  /** Whether an object of a single part was uploaded as a multipart upload, as some tools do. Default false. */
  alwaysInParts?: boolean
}

/** Computes the identity of an object while its bytes pass. */
export interface EtagHasher {
  update(chunk: Uint8Array): void
  /** Call it once, after the last chunk. */
  identity(): Identity
}

/**
 * Computes the ETag that S3 gives an object without KMS: the MD5 of its bytes if it is uploaded in one request, else the MD5 of
 * its parts' MD5s with their number appended, `…-3`. `partSize` is in bytes, default `partBytes`.
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
        // A full part is closed only when more bytes follow: an object of exactly one part is uploaded in one request.
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
      const isSingleRequest = parts.length === 0 && !alwaysInParts
      return { size, etag: isSingleRequest ? last : etagOfParts([...parts, last]) }
    },
  }
}

/** The ETag of a multipart object, from the MD5s of its parts in hexadecimal. */
export function etagOfParts(md5s: readonly string[]): string {
  const hash = createHash('md5')
  for (const md5 of md5s) hash.update(md5, 'hex')
  return `${hash.digest('hex')}-${md5s.length}`
}

/**
 * The identity of a stream, in memory bounded by one chunk. `size` is the number of bytes to come, if known; it decides the size of
 * the parts. `plan` replaces our own way of uploading by another. Rejects with the signal's reason as soon as it is aborted.
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
/** Part sizes of other tools: aws and boto3 use 8 MiB, SDKs and rclone 5, s5cmd 50; the others are sizes that people configure. */
const commonPartBytes = [5, 8, 10, 15, 25, 32, 50, 64, 100, 128, 256, 512, 1024].map((size) => size * mebi)

/**
 * The ways of uploading an object of this size that can produce this ETag. Empty if the ETag is not an MD5, or if no common part
 * size gives its number of parts.
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

/** Whether an ETag has the form of an MD5, like that of a part or of an object uploaded in one request. */
export function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag)
}
