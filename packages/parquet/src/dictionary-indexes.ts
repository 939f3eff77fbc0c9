import { hybridCapacity, hybridDecode, hybridEncode } from './hybrid-encoding.js'

/** About how many bytes the indexes of so many values into a dictionary of a size take. */
export function indexBytes(dictionarySize: number, valueCount: number): number {
  return Math.ceil((valueCount * (32 - Math.clz32(Math.max(dictionarySize - 1, 0)))) / 8)
}

/**
 * The first `count` indexes into a dictionary as a page of RLE_DICTIONARY: the width in bits of the greatest of them, then the
 * hybrid of runs and packed groups. `indexBits` has the bits that are set in any of them.
 */
export function encodeIndexes(indexes: Uint32Array, count: number, indexBits: number): Uint8Array {
  const width = 32 - Math.clz32(indexBits)
  if (scratch.length < 1 + hybridCapacity(count, width)) {
    scratch = new Uint8Array(1 + hybridCapacity(count, width))
  }
  scratch[0] = width
  return scratch.slice(0, hybridEncode(indexes, 0, count, width, scratch, 1))
}

/** The `count` indexes of a page that `encodeIndexes` made. */
export function decodeIndexes(page: Uint8Array, count: number): Uint32Array {
  return hybridDecode(page, 1, page[0] as number, count)
}

let scratch = new Uint8Array(0)
