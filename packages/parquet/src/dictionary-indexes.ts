import { hybridCapacity, hybridDecode, hybridEncode } from './hybrid-encoding.js'

/** A dictionary this small is not given up before the chunk ends. */
const alwaysKept = 32_768

/** Whether a dictionary has grown so large on the first `valueCount` values of a chunk that it is given up. */
export function isTooLarge(dictionarySize: number, valueCount: number): boolean {
  return dictionarySize >= alwaysKept && 2 * dictionarySize > valueCount
}

/** Whether a dictionary and the indexes into it save a quarter and more of what the values take in PLAIN. */
export function dictionaryPays(
  dictionary: { size: number; byteLength: number },
  values: { count: number; plainBytes: number },
): boolean {
  return dictionary.byteLength + indexBytes(dictionary.size, values.count) <= 0.75 * values.plainBytes
}

/** About how many bytes the indexes of so many values into a dictionary of a size take. */
function indexBytes(dictionarySize: number, valueCount: number): number {
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
  return hybridEncode(indexes, count, width, out, at + 1)
}

/** The `count` indexes of a page that `encodeIndexes` wrote at `at`. */
export function decodeIndexes(bytes: Uint8Array, at: number, count: number): Uint32Array {
  return hybridDecode(bytes, at + 1, bytes[at] as number, count)
}

function widthOf(indexBits: number): number {
  return 32 - Math.clz32(indexBits)
}
