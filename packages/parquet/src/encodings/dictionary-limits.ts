/** A dictionary this small is not given up before the chunk ends. */
const alwaysKept = 32_768

/** How many different values the first `valueCount` values of a chunk may have; one more, and its dictionary is given up. */
export function mostDifferent(valueCount: number): number {
  return Math.max(alwaysKept, Math.floor(valueCount / 2) + 1)
}

/** Whether a dictionary and the indexes into it save a quarter and more of what the values take in PLAIN. */
export function dictionaryPays(
  dictionary: { size: number; byteLength: number },
  values: { count: number; plainBytes: number },
): boolean {
  return dictionary.byteLength + indexBytes(dictionary.size, values.count) <= 0.75 * values.plainBytes
}

/** About how many bytes the indexes of so many values into a dictionary of a size take. */
function indexBytes(dictionarySize: number, valueCount: number): number {
  return Math.ceil((valueCount * (32 - Math.clz32(Math.max(dictionarySize - 1, 0)))) / 8)
}
