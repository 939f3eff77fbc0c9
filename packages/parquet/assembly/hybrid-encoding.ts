import { bitPack, widthOf } from './bit-packing'
import { indexes } from './memory'
import { appendVarint } from './varint'

const groupBytes: usize = 8 * 4

/**
 * Encodes the first `count` indexes as an RLE_DICTIONARY page at `at`: the bit width of the greatest index, then the hybrid. Returns
 * the position after the last byte.
 */
export function encodeIndexes(count: i32, at: usize): usize {
  const width = widthOf(indexes, count)
  store<u8>(at, <u8>width)
  return hybridEncode(count, width, at + 1)
}

/**
 * Encodes the first `count` indexes as the hybrid of run-length encoding and bit-packing (Parquet's Encodings.md) at `at`. As in
 * hyparquet-writer, runs of at least 8 become a count and a value, and everything else groups of 8 values of `width` bits (0 to 31).
 * Returns the position after the last byte.
 */
export function hybridEncode(count: i32, width: i32, at: usize): usize {
  const end = indexes + ((<usize>count) << 2)
  // Zeros fill up the last group.
  memory.fill(end, 0, groupBytes - 4)
  let position = at
  let packedFrom = indexes
  let next = indexes
  while (next < end) {
    const index = load<u32>(next)
    let runEnd = next + 4
    while (runEnd < end && load<u32>(runEnd) == index) runEnd += 4
    if (runEnd - next < groupBytes) {
      next += groupBytes
      continue
    }
    position = appendGroups(packedFrom, next, width, position)
    position = appendVarint(position, ((<u64>(runEnd - next)) >> 2) << 1)
    for (let bits = 0; bits < width; bits += 8) store<u8>(position++, <u8>(index >> bits))
    next = packedFrom = runEnd
  }
  return appendGroups(packedFrom, next, width, position)
}

function appendGroups(from: usize, to: usize, width: i32, at: usize): usize {
  if (from == to) return at
  const groups = <i32>((to - from) / groupBytes)
  return bitPack(from, groups, width, appendVarint(at, ((<u64>groups) << 1) | 1))
}
