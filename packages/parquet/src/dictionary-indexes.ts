import { bitWidth } from './bit-packing.js'
import { hybridCapacity, hybridEncode } from './hybrid-encoding.js'

/** About how many bytes the indexes of so many values into a dictionary of a size take. */
export function indexBytes(dictionarySize: number, valueCount: number): number {
  return Math.ceil((valueCount * (32 - Math.clz32(Math.max(dictionarySize - 1, 0)))) / 8)
}

/** Some indexes into a dictionary as a page of RLE_DICTIONARY: their width in bits, then the hybrid of runs and packed groups. */
export function encodeIndexes(indexes: Uint32Array, start: number, end: number): Uint8Array {
  const width = bitWidth(indexes, start, end)
  const bytes = new Uint8Array(1 + hybridCapacity(end - start, width))
  bytes[0] = width
  return bytes.subarray(0, hybridEncode(indexes, start, end, width, bytes, 1))
}
