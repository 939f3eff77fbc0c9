/** V8 hashes longer texts by their length alone: in a Map or a Set, those of one length are all compared with one another. */
const maxHashedLength = 16_383

/** Whether texts are too long for a Map or a Set. */
export function hasLongText(texts: readonly string[]): boolean {
  for (let row = 0; row < texts.length; row++) if ((texts[row] ?? '').length > maxHashedLength) return true
  return false
}
