/** The fixed size of a part: objects up to it are put in one request, larger ones in parts of it. 16 MiB. */
export const partBytes = 16 * 1024 * 1024

/** S3 takes no more parts of one object. */
const mostParts = 10_000

/** A part of an object: its number, from 1, and where it begins and ends. Bytes. */
export interface PlannedPart {
  number: number
  start: number
  end: number
}

/** The size of the parts of an object of this size: `partBytes`, or as many of it as 10,000 parts need. Bytes. */
export function partBytesFor(size: number): number {
  return partBytes * Math.max(1, Math.ceil(size / (partBytes * mostParts)))
}

/** The parts of an object, all of one size but the last; an empty object is one empty part. */
export function planParts(size: number): PlannedPart[] {
  const length = partBytesFor(size)
  const count = Math.max(1, Math.ceil(size / length))
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * length,
    end: Math.min(size, (index + 1) * length),
  }))
}
