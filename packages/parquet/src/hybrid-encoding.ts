import { bitPack } from './bit-packing.js'

const groupValues = 8

/** The most bytes that `hybridEncode` writes for so many values of a width. */
export function hybridCapacity(valueCount: number, width: number): number {
  return 16 + Math.ceil(valueCount / groupValues) * (width + 10)
}

/**
 * Encodes the first `count` values as the hybrid of run-length encoding and bit-packing (Parquet's Encodings.md) at `at` in `out`:
 * runs of 8 and more as a value and a count, all else as groups of 8 in `width` bits (0 to 31) each, as hyparquet-writer does.
 * Returns the position after the last byte.
 */
export function hybridEncode(
  values: Uint32Array,
  count: number,
  width: number,
  out: Uint8Array,
  at: number,
): number {
  let position = at
  let packedFrom = 0
  let next = 0
  while (next < count) {
    const value = values[next] as number
    let runEnd = next + 1
    while (runEnd < count && values[runEnd] === value) runEnd++
    if (runEnd - next < groupValues) {
      next += groupValues
      continue
    }
    position = appendGroups(values, packedFrom, next, count, width, out, position)
    position = appendVarint32(out, position, (runEnd - next) << 1)
    for (let bits = 0; bits < width; bits += 8) out[position++] = (value >>> bits) & 0xff
    next = packedFrom = runEnd
  }
  return appendGroups(values, packedFrom, next, count, width, out, position)
}

/** Appends whole groups, from a first value to one after the last; beyond `end` there are zeros. */
function appendGroups(
  values: Uint32Array,
  from: number,
  to: number,
  end: number,
  width: number,
  out: Uint8Array,
  at: number,
): number {
  if (from === to) return at
  const groups = (to - from) / groupValues
  const position = appendVarint32(out, at, (groups << 1) | 1)
  const byteLength = groups * width
  if (packed.length * 4 < byteLength + 4) packed = new Uint32Array(byteLength)
  const words = bitPack(values, from, Math.min(to, end), width, packed)
  packed.fill(0, words, (byteLength + 3) >>> 2)
  out.set(new Uint8Array(packed.buffer, 0, byteLength), position)
  return position + byteLength
}

let packed = new Uint32Array(4096)

/** The first `count` values that `hybridEncode` wrote from `at` on. */
export function hybridDecode(bytes: Uint8Array, at: number, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count)
  let position = at
  for (let next = 0; next < count;) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] as number
      header |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const isPacked = (header & 1) === 1
    const end = Math.min(count, next + (header >>> 1) * (isPacked ? groupValues : 1))
    for (let bit = 0; next < end; next++, bit += isPacked ? width : 0) {
      values[next] = bitsAt(bytes, position + (bit >>> 3), bit & 7, width)
    }
    position += isPacked ? (header >>> 1) * width : Math.ceil(width / 8)
  }
  return values
}

/** `width` bits from a bit of the byte at `position` on; a position in bits would be too large for bit operations. */
function bitsAt(bytes: Uint8Array, position: number, firstBit: number, width: number): number {
  let value = 0
  for (let done = 0; done < width; done++) {
    const bit = firstBit + done
    value |= (((bytes[position + (bit >>> 3)] as number) >>> (bit & 7)) & 1) << done
  }
  return value
}

/** Counts of values in a page: 32 bits do, and shifts are faster than the arithmetic that deltas need. */
function appendVarint32(out: Uint8Array, start: number, value: number): number {
  let [at, rest] = [start, value]
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  out[at++] = rest
  return at
}
