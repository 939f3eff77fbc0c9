import { returnKernels, takeKernels } from './kernel-pool.js'
import type { Kernels } from './page-kernels.js'

/** Encodes up to a page of levels, `width` bits each, as Parquet's hybrid of run-length encoding and bit-packing. */
export function hybridEncode(levels: Uint32Array, width: number): Uint8Array {
  return encodeAlone(levels, (kernels, at) => kernels.hybridEncode(levels.length, width, at))
}

/** Encodes up to a page of dictionary indexes as an RLE_DICTIONARY page: the bit width of the greatest index, then the hybrid. */
export function encodeIndexes(indexes: Uint32Array): Uint8Array {
  return encodeAlone(indexes, (kernels, at) => kernels.encodeIndexes(indexes.length, at))
}

function encodeAlone(values: Uint32Array, encode: (kernels: Kernels, at: number) => number): Uint8Array {
  const page = takeKernels()
  page.indexes().set(values)
  const encoded = page.encoded(page.encode(encode)).slice()
  returnKernels(page)
  return encoded
}

/** Decodes the `count` indexes of an RLE_DICTIONARY page. */
export function decodeIndexes(page: Uint8Array, count: number): Uint32Array {
  return hybridDecode(page.subarray(1), page[0] ?? 0, count)
}

/** Decodes the first `count` values of what `hybridEncode` encoded. */
export function hybridDecode(bytes: Uint8Array, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count)
  let position = 0
  for (let next = 0; next < count;) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] ?? 0
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
    value |= (((bytes[bit >>> 3] ?? 0) >>> (bit & 7)) & 1) << done
  }
  return value
}
