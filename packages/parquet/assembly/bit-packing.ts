/**
 * Packs groups of 8 values, 32 bits each in memory, into `width` bits each, 0 to 31, lowest bits first, as Parquet does. Writes
 * up to 8 bytes beyond. Returns the position after the last byte.
 */
export function bitPack(from: usize, groups: i32, width: i32, out: usize): usize {
  // What does not fill a byte yet, at most 7 bits, waits in `word` for what comes next: as many values at once as its other bits
  // have room for. Without branches, since no processor foresees which value fills a byte.
  const bits = <u64>width
  let at = from
  let end = out
  let word: u64 = 0
  let used: u64 = 0
  if (width <= 14) {
    for (let fours = 2 * groups; fours > 0; fours--) {
      const low = valueAt(at, 0) | (valueAt(at, 1) << bits)
      const high = valueAt(at, 2) | (valueAt(at, 3) << bits)
      word |= (low | (high << (2 * bits))) << used
      store<u64>(end, word)
      used += 4 * bits
      end += <usize>(used >> 3)
      word >>= used & ~7
      used &= 7
      at += 16
    }
  } else if (width <= 28) {
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

function valueAt(at: usize, index: usize): u64 {
  return load<u32>(at + 4 * index)
}
