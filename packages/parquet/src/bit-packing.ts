/**
 * Packs values of `width` bits, 0 to 31, into 32-bit words at the start of `out`, lowest bits first, as Parquet does on
 * little-endian machines. The last word is filled up with zeros. Returns the number of words.
 */
export function bitPack(
  values: Uint32Array,
  start: number,
  end: number,
  width: number,
  out: Uint32Array,
): number {
  let [word, usedBits, words] = [0, 0, 0]
  let at = start
  // Whether a word is full is written as arithmetic, not as a branch: no processor foresees it.
  if (width <= 15) {
    // Two values make one of at most 30 bits.
    const pairWidth = 2 * width
    for (; at + 1 < end; at += 2) {
      const pair = (values[at] as number) | ((values[at + 1] as number) << width)
      word |= pair << usedBits
      out[words] = word
      usedBits += pairWidth
      const isFull = usedBits >>> 5
      words += isFull
      usedBits &= 31
      word = isFull === 1 ? pair >>> (pairWidth - usedBits) : word
    }
  }
  for (; at < end; at++) {
    const value = values[at] as number
    word |= value << usedBits
    out[words] = word
    usedBits += width
    const isFull = usedBits >>> 5
    words += isFull
    usedBits &= 31
    word = isFull === 1 ? value >>> (width - usedBits) : word // what did not fit; nothing when all did
  }
  if (usedBits > 0) out[words++] = word
  return words
}
