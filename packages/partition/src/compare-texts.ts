/** Orders texts by their UTF-8 bytes, as Parquet does: negative, 0 or positive. `<` differs beyond U+FFFF. */
export function compareTexts(text: string, other: string): number {
  if (text === other) return 0
  const length = Math.min(text.length, other.length)
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    const otherUnit = other.charCodeAt(index)
    if (unit === otherUnit) continue
    // Only surrogates and what follows them may be ordered differently than their code units.
    if (unit < 0xd800 && otherUnit < 0xd800) return unit - otherUnit
    return Buffer.compare(Buffer.from(text), Buffer.from(other))
  }
  return text.length - other.length
}
