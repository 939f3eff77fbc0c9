import { type EncodedRange, type Kernels, PageKernels } from './page-kernels.js'

let shared: PageKernels | undefined

/** Levels of at most a page, of `width` bits each, as the hybrid of run-length encoding and bit-packing. */
export function hybridEncode(levels: Uint32Array, width: number): Uint8Array {
  return encodeAlone(levels, (kernels, at) => kernels.hybridEncode(levels.length, width, at))
}

/**
 * Indexes of at most a page into a dictionary as a page of RLE_DICTIONARY: the width in bits of the greatest of them, then the
 * hybrid.
 */
export function encodeIndexes(indexes: Uint32Array): Uint8Array {
  return encodeAlone(indexes, (kernels, at) => kernels.encodeIndexes(indexes.length, at))
}

function encodeAlone(values: Uint32Array, encode: (kernels: Kernels, at: number) => number): Uint8Array {
  shared ??= new PageKernels()
  shared.reuse()
  shared.indexes().set(values)
  return shared.encoded(shared.encode(encode) as EncodedRange).slice()
}

/** The `count` indexes of a page of RLE_DICTIONARY. */
export function decodeIndexes(page: Uint8Array, count: number): Uint32Array {
  return hybridDecode(page.subarray(1), page[0] as number, count)
}

/** The first `count` values that `hybridEncode` encoded. */
export function hybridDecode(bytes: Uint8Array, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count)
  let position = 0
  for (let next = 0; next < count;) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] as number
      header |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const isPacked = (header & 1) === 1
    const end = Math.min(count, next + (header >>> 1) * (isPacked ? 8 : 1))
    for (let bit = 8 * position; next < end; next++, bit += isPacked ? width : 0) {
      values[next] = bitsAt(bytes, bit, width)
    }
    position += isPacked ? (header >>> 1) * width : Math.ceil(width / 8)
  }
  return values
}

function bitsAt(bytes: Uint8Array, firstBit: number, width: number): number {
  let value = 0
  for (let done = 0; done < width; done++) {
    const bit = firstBit + done
    value |= (((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1) << done
  }
  return value
}
