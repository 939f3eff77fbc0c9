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
  for (let at = start; at < end; at++) {
    const value = values[at] as number
    word |= value << usedBits
    usedBits += width
    if (usedBits >= 32) {
      out[words++] = word
      usedBits -= 32
      word = value >>> (width - usedBits) // what did not fit; nothing when all did
    }
  }
  if (usedBits > 0) out[words++] = word
  return words
}

/** The bits that the greatest of some values needs: 0 for zeros. */
export function bitWidth(values: Uint32Array, start: number, end: number): number {
  let bits = 0
  for (let at = start; at < end; at++) bits |= values[at] as number
  return 32 - Math.clz32(bits)
}
