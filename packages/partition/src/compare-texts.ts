/** Compares texts by their UTF-8 bytes, as Parquet does: negative, 0 or positive. `<` differs for characters beyond U+FFFF. */
export function compareTexts(text: string, other: string): number {
  if (text === other) return 0
  const length = Math.min(text.length, other.length)
  let index = 0
  while (index + blockLength <= length && isSame(text, other, index)) index += blockLength
  for (; index < length; index++) {
    const unit = text.charCodeAt(index)
    const otherUnit = other.charCodeAt(index)
    if (unit === otherUnit) continue
    // UTF-16 units and UTF-8 bytes have the same order below the surrogates.
    if (unit < 0xd800 && otherUnit < 0xd800) return unit - otherUnit
    return Buffer.compare(Buffer.from(text), Buffer.from(other))
  }
  return text.length - other.length
}

/** Blocks that are the same are found by comparing memory, much faster than unit by unit. */
const blockLength = 1024

function isSame(text: string, other: string, start: number): boolean {
  return text.slice(start, start + blockLength) === other.slice(start, start + blockLength)
}
