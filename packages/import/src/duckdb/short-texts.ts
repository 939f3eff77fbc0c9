/** A cache of texts, by the 16 bytes that represent them in DuckDB. */
export interface ShortTexts {
  /** The cached text of the value that starts at a word, if there is one. */
  find(words: Uint32Array, at: number): string | undefined
  /** Caches the text of the value that starts at a word, if it is short, and returns it. */
  keep(words: Uint32Array, at: number, text: string): string
}

/** The number of 32-bit words per text in DuckDB's vectors: its length in bytes, then its bytes if there are at most 12. */
export const wordsPerText = 4
const shortBytes = 12

const slots = 4096

/**
 * A cache of short texts. Texts in readings, such as names of devices, repeat, and decoding one takes longer than reading
 * the rest of its row.
 */
export function shortTexts(): ShortTexts {
  const known = new Uint32Array(slots * wordsPerText)
  const texts: (string | undefined)[] = new Array<undefined>(slots).fill(undefined)
  const isIn = (slot: number, words: Uint32Array, at: number) =>
    known[slot * wordsPerText] === words[at] &&
    known[slot * wordsPerText + 1] === words[at + 1] &&
    known[slot * wordsPerText + 2] === words[at + 2] &&
    known[slot * wordsPerText + 3] === words[at + 3]
  let lastSlot = 0
  const slotOf = (words: Uint32Array, at: number) => {
    let hash = 0
    for (let word = at; word < at + wordsPerText; word++)
      hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1)
    return (hash >>> 16) % slots
  }
  return {
    find(words, at) {
      if ((words[at] as number) > shortBytes) return undefined
      if (!isIn(lastSlot, words, at)) {
        const slot = slotOf(words, at)
        if (!isIn(slot, words, at)) return undefined
        lastSlot = slot
      }
      return texts[lastSlot]
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
