import { bitPack, widthOf } from './bit-packing'
import { indexes, values } from './memory'
import { appendVarint, appendZigZag } from './varint'

// As in hyparquet-writer, parquet-java and arrow.
const blockValues: i32 = 128
const miniblockValues: i32 = 32
const miniblocks: i32 = blockValues / miniblockValues

/** A page whose numbers are this far apart is left to the library, which handles numbers of any size. */
const widest: u64 = 1 << 52

/** Bounds of the page encoded last. */
export let leastTime: i64 = 0
export let greatestTime: i64 = 0

/**
 * Encodes the first `count` (at least 1) integers of a page as DELTA_BINARY_PACKED (Parquet's Encodings.md) at `at`, byte for byte as
 * hyparquet-writer does. Returns the position after the last byte, or 0 when the page's numbers or a block's deltas are too far
 * apart. Sets the bounds in any case.
 */
export function deltaBinaryPack(count: i32, at: usize): usize {
  leastTime = greatestTime = load<i64>(values)
  let end = appendVarint(at, blockValues)
  end = appendVarint(end, miniblocks)
  end = appendVarint(end, count)
  end = appendZigZag(end, leastTime)
  for (let row = 1; row < count && end != 0; row += blockValues) {
    end = appendBlock(values + ((<usize>row) << 3), min(blockValues, count - row), end)
  }
  if (end == 0) takeBounds(values, count)
  return <u64>(greatestTime - leastTime) < widest ? end : 0
}

/** Appends values as deltas to the value before each, and widens the bounds. Returns 0 when the deltas are too far apart. */
function appendBlock(from: usize, count: i32, at: usize): usize {
  if (isRegular(from, count)) {
    takeBounds(from, 1)
    takeBounds(from + ((<usize>(count - 1)) << 3), 1)
    const end = appendZigZag(at, deltaAt(from))
    store<u32>(end, 0)
    return end + miniblocks
  }
  takeBounds(from, count)
  let smallest = deltaAt(from)
  let largest = smallest
  const to = from + ((<usize>count) << 3)
  for (let value = from; value < to; value += 8) {
    const delta = deltaAt(value)
    if (delta < smallest) smallest = delta
    if (delta > largest) largest = delta
  }
  if (largest - smallest > i32.MAX_VALUE) return 0
  return appendMiniblocks(from, count, smallest, appendZigZag(at, smallest))
}

/**
 * Whether a block's values rise or fall by one delta, as those of regular readings do. Its miniblocks then have no bits, and the first
 * and the last value are its bounds. False for some such blocks too, as those with wide steps.
 */
function isRegular(from: usize, count: i32): bool {
  const delta = deltaAt(from)
  const deltas = i64x2.splat(delta)
  let different = i64x2.splat(0)
  const last = from + ((<usize>(count - 1)) << 3)
  for (let at = from; at < last; at += 16) {
    different = v128.or(different, v128.xor(i64x2.sub(v128.load(at), v128.load(at - 8)), deltas))
  }
  if (v128.any_true(different) || deltaAt(last) != delta) return false
  // Numbers that overflow wrap around. With steps below this width they do so at most once, and the last number is then on the
  // wrong side of the first.
  return <u64>abs(delta) < widest && delta >= 0 == load<i64>(last) >= load<i64>(from)
}

function takeBounds(from: usize, count: i32): void {
  let least = leastTime
  let greatest = greatestTime
  const end = from + ((<usize>count) << 3)
  for (let at = from; at < end; at += 8) {
    const value = load<i64>(at)
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  leastTime = least
  greatestTime = greatest
}

function appendMiniblocks(from: usize, count: i32, smallest: i64, at: usize): usize {
  for (let row = 0; row < blockValues; row++) {
    const delta = row < count ? <u32>(deltaAt(from + ((<usize>row) << 3)) - smallest) : 0
    store<u32>(indexes + ((<usize>row) << 2), delta)
  }
  let end = at + miniblocks
  for (let miniblock = 0; miniblock < miniblocks; miniblock++) {
    const start = indexes + 4 * miniblock * miniblockValues
    const width = widthOf(start, miniblockValues)
    store<u8>(at + miniblock, <u8>width)
    end = bitPack(start, miniblockValues / 8, width, end)
  }
  return end
}

function deltaAt(at: usize): i64 {
  return load<i64>(at) - load<i64>(at - 8)
}
