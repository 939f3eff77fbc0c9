import { bitPack } from './bit-packing'
import { indexes, values } from './memory'
import { appendVarint, appendZigZag } from './varint'

// What hyparquet-writer, parquet-java and arrow use too.
const blockValues: i32 = 128
const miniblockValues: i32 = 32
const miniblocks: i32 = blockValues / miniblockValues

/** Deltas of a page that lie this far apart in sum are left to the library, which knows numbers of any size. */
const widest: u64 = 1 << 52

/** Of the page encoded last. */
export let leastTime: i64 = 0
export let greatestTime: i64 = 0

/**
 * Encodes the first `count` (at least 1) whole numbers of a page as DELTA_BINARY_PACKED (Parquet's Encodings.md) at `at`, byte for
 * byte as hyparquet-writer does. Returns the position after the last byte; 0 where a page's numbers or a block's deltas lie too far
 * apart. Finds the least and the greatest number in any case.
 */
export function deltaBinaryPack(count: i32, at: usize): usize {
  findBounds(count)
  if (<u64>(greatestTime - leastTime) >= widest) return 0
  let end = appendVarint(at, blockValues)
  end = appendVarint(end, miniblocks)
  end = appendVarint(end, count)
  end = appendZigZag(end, load<i64>(values))
  for (let row = 1; row < count; row += blockValues) {
    end = appendBlock(values + ((<usize>row) << 3), min(blockValues, count - row), end)
    if (end == 0) return 0
  }
  return end
}

function findBounds(count: i32): void {
  let least = load<i64>(values)
  let greatest = least
  const end = values + ((<usize>count) << 3)
  for (let at = values; at < end; at += 8) {
    const value = load<i64>(at)
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  leastTime = least
  greatestTime = greatest
}

/** Appends the deltas of some values, each to the one before it. */
function appendBlock(from: usize, count: i32, at: usize): usize {
  let smallest = deltaAt(from)
  let largest = smallest
  const to = from + ((<usize>count) << 3)
  for (let value = from; value < to; value += 8) {
    const delta = deltaAt(value)
    if (delta < smallest) smallest = delta
    if (delta > largest) largest = delta
  }
  const end = appendZigZag(at, smallest)
  // Regular readings: all deltas of a block are the same, and no miniblock has any bits.
  if (smallest == largest) {
    store<u32>(end, 0)
    return end + miniblocks
  }
  if (largest - smallest > i32.MAX_VALUE) return 0
  return appendMiniblocks(from, count, smallest, end)
}

function appendMiniblocks(from: usize, count: i32, smallest: i64, at: usize): usize {
  for (let row = 0; row < blockValues; row++) {
    const delta = row < count ? <u32>(deltaAt(from + ((<usize>row) << 3)) - smallest) : 0
    store<u32>(indexes + ((<usize>row) << 2), delta)
  }
  let end = at + miniblocks
  for (let miniblock = 0; miniblock < miniblocks; miniblock++) {
    const start = indexes + 4 * miniblock * miniblockValues
    let bits: u32 = 0
    for (let row = 0; row < miniblockValues; row++) bits |= load<u32>(start + ((<usize>row) << 2))
    const width = 32 - clz(bits)
    store<u8>(at + miniblock, <u8>width)
    end = bitPack(start, miniblockValues / 8, width, end)
  }
  return end
}

function deltaAt(at: usize): i64 {
  return load<i64>(at) - load<i64>(at - 8)
}
