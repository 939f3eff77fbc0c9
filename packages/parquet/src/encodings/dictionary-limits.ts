/** A dictionary of up to this many values is kept until the chunk ends. */
const alwaysAllowed = 32_768

/**
 * A dictionary of more bytes is given up. A reader loads all of it before the first value, and where it is that large, values seldom
 * recur. Dictionaries of numbers stay below it in row groups of a million rows, and so do those of names and ids.
 */
export const maxDictionaryBytes = 16 * 1024 * 1024

/** How many distinct values a dictionary may have after `valueCount` values of a chunk; it is given up at the next one. */
export function maxDictionarySize(valueCount: number): number {
  return Math.max(alwaysAllowed, Math.floor(valueCount / 2) + 1)
}

/** Whether a dictionary and the indexes into it take at most three quarters of the bytes of PLAIN values. */
export function dictionaryPays(
  dictionary: { size: number; byteLength: number },
  values: { count: number; plainBytes: number },
): boolean {
  return dictionary.byteLength + indexBytes(dictionary.size, values.count) <= 0.75 * values.plainBytes
}

/** About how many bytes the bit-packed indexes of `valueCount` values take. */
function indexBytes(dictionarySize: number, valueCount: number): number {
  return Math.ceil((valueCount * (32 - Math.clz32(Math.max(dictionarySize - 1, 0)))) / 8)
}
