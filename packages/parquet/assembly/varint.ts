/** Appends an integer as ULEB128: 7 bits per byte, lowest first. Returns the position after the last byte. */
export function appendVarint(at: usize, value: u64): usize {
  let end = at
  let rest = value
  while (rest >= 0x80) {
    store<u8>(end++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(end++, <u8>rest)
  return end
}

/** Appends a signed integer in zigzag order: 0, −1, 1, −2 … */
export function appendZigZag(at: usize, value: i64): usize {
  return appendVarint(at, <u64>((value << 1) ^ (value >> 63)))
}
