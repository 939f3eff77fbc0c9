/** Texts that were read before, by the 16 bytes that DuckDB has for them. */
export interface ShortTexts {
  /** The text of the value at a word, if it is short and was kept. */
  find(words: Uint32Array, at: number): string | undefined
  /** Keeps a short text for the value at a word, and gives it back. */
  keep(words: Uint32Array, at: number, text: string): string
}

/** Words of 32 bits that DuckDB's vectors have for a text: its length in bytes, then its bytes, if there are 12 at the most. */
export const wordsPerText = 4
const shortBytes = 12

const slots = 4096

/**
 * Remembers short texts: those of readings, such as names of devices, come again and again, and to make one of bytes
 * takes longer than to read the rest of its row.
 */
export function shortTexts(): ShortTexts {
  const known = new Uint32Array(slots * wordsPerText)
  const texts: (string | undefined)[] = new Array<undefined>(slots).fill(undefined)
  const slotOf = (words: Uint32Array, at: number) => {
    let hash = 0
    for (let word = at; word < at + wordsPerText; word++)
      hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1)
    return (hash >>> 16) % slots
  }
  return {
    find(words, at) {
      if ((words[at] as number) > shortBytes) return undefined
      const slot = slotOf(words, at)
      for (let word = 0; word < wordsPerText; word++) {
        if (known[slot * wordsPerText + word] !== words[at + word]) return undefined
      }
      return texts[slot]
    },
    keep(words, at, text) {
      if ((words[at] as number) > shortBytes) return text
      const slot = slotOf(words, at)
      known.set(words.subarray(at, at + wordsPerText), slot * wordsPerText)
      texts[slot] = text
      return text
    },
  }
}
