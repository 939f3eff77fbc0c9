/** The fixed part size, 16 MiB: objects up to this size are uploaded in one request, larger ones in parts of this size. */
export const partBytes = 16 * 1024 * 1024

/** S3's limit on the parts of one object. */
const maxParts = 10_000

/** A part of an object: its number, from 1, and the offsets at which it starts and ends (exclusive). Bytes. */
export interface PlannedPart {
  number: number
  start: number
  end: number
}

/** The part size for an object of this size: `partBytes`, or the multiple of it that keeps the object within 10,000 parts. Bytes. */
export function partBytesFor(size: number): number {
  return partBytes * Math.max(1, Math.ceil(size / (partBytes * maxParts)))
}

/** The parts of an object, all of the same size except the last. An empty object is one empty part. */
export function planParts(size: number): PlannedPart[] {
  const length = partBytesFor(size)
  const count = Math.max(1, Math.ceil(size / length))
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * length,
    end: Math.min(size, (index + 1) * length),
  }))
}
