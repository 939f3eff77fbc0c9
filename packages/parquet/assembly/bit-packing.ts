/** The number of bits in the greatest of `count` values, which have 32 bits each in memory. */
export function widthOf(from: usize, count: i32): i32 {
  let fours = i32x4.splat(0)
  let at = from
  for (const end = from + ((<usize>(count & ~3)) << 2); at < end; at += 16) {
    fours = v128.or(fours, v128.load(at))
  }
  let bits = i32x4.extract_lane(fours, 0) | i32x4.extract_lane(fours, 1)
  bits |= i32x4.extract_lane(fours, 2) | i32x4.extract_lane(fours, 3)
  for (const end = from + ((<usize>count) << 2); at < end; at += 4) bits |= load<i32>(at)
  return 32 - clz(bits)
}

/**
 * Packs groups of 8 values, which have 32 bits each in memory, into `width` bits each (0 to 31), lowest bits first, as Parquet does.
 * May write up to 8 bytes beyond. Returns the position after the last byte.
 */
export function bitPack(from: usize, groups: i32, width: i32, out: usize): usize {
  if (width <= 15) return packNarrow(from, groups, <u64>width, out)
  // `word` holds at most 7 bits that do not fill a byte yet, and has room for one or two more values. No branches: a processor
  // cannot predict which value fills a byte.
  const bits = <u64>width
  let at = from
  let end = out
  let word: u64 = 0
  let used: u64 = 0
  if (width <= 28) {
    for (let pairs = 4 * groups; pairs > 0; pairs--) {
      word |= (valueAt(at, 0) | (valueAt(at, 1) << bits)) << used
      store<u64>(end, word)
      used += 2 * bits
      end += <usize>(used >> 3)
      word >>= used & ~7
      used &= 7
      at += 8
    }
  } else {
    for (let left = 8 * groups; left > 0; left--) {
      word |= valueAt(at, 0) << used
      store<u64>(end, word)
      used += bits
      end += <usize>(used >> 3)
      word >>= used & ~7
      used &= 7
      at += 4
    }
  }
  return end
}

/** A group takes as many bytes as a value has bits, so groups are independent: each is packed in two halves of four values. */
function packNarrow(from: usize, groups: i32, bits: u64, out: usize): usize {
  const halfBytes = <usize>(bits >> 1)
  // With an odd number of bits, the first half ends in the middle of a byte and the second half continues it.
  const rest = 8 * <u64>halfBytes
  const carried = (4 * bits) & 7
  let end = out
  const to = from + ((<usize>groups) << 5)
  for (let at = from; at < to; at += 32) {
    const low = packFour(at, bits)
    const high = packFour(at + 16, bits)
    store<u64>(end, low)
    store<u64>(end + halfBytes, (high << carried) | (low >> rest))
    end += <usize>bits
  }
  return end
}

function packFour(at: usize, bits: u64): u64 {
  const low = valueAt(at, 0) | (valueAt(at, 1) << bits)
  const high = valueAt(at, 2) | (valueAt(at, 3) << bits)
  return low | (high << (2 * bits))
}

function valueAt(at: usize, index: usize): u64 {
  return load<u32>(at + 4 * index)
}
