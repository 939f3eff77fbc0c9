import { hybridCapacity, hybridDecode, hybridEncode } from './hybrid-encoding.js'

/** About how many bytes the indexes of so many values into a dictionary of a size take. */
export function indexBytes(dictionarySize: number, valueCount: number): number {
  return Math.ceil((valueCount * (32 - Math.clz32(Math.max(dictionarySize - 1, 0)))) / 8)
}

/** The most bytes that `encodeIndexes` writes for so many indexes, of which `indexBits` has the bits that are set in any. */
export function indexCapacity(count: number, indexBits: number): number {
  return 1 + hybridCapacity(count, widthOf(indexBits))
}

/**
 * Encodes the first `count` indexes into a dictionary as a page of RLE_DICTIONARY at `at` in `out`: the width in bits of the
 * greatest of them, then the hybrid of runs and packed groups. `indexBits` has the bits that are set in any of them. Returns the
 * position after the last byte.
 */
export function encodeIndexes(
  indexes: Uint32Array,
  count: number,
  indexBits: number,
  out: Uint8Array,
  at: number,
): number {
  const width = widthOf(indexBits)
  out[at] = width
  return hybridEncode(indexes, 0, count, width, out, at + 1)
}

/** The `count` indexes of a page that `encodeIndexes` wrote at `at`. */
export function decodeIndexes(bytes: Uint8Array, at: number, count: number): Uint32Array {
  return hybridDecode(bytes, at + 1, bytes[at] as number, count)
}

function widthOf(indexBits: number): number {
  return 32 - Math.clz32(indexBits)
}
