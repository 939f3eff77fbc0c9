/**
 * A stream of random numbers that are looked up by index instead of drawn in sequence. Each number is a pure function of (seed, labels,
 * index), so any pump and any moment can be simulated alone, in any order, on any worker. The mixing step is the finaliser of
 * MurmurHash3 (Austin Appleby, public domain).
 */
export interface RandomStream {
  /** 32 bits derived from the seed and the labels. The numbers depend on this key and their index only. */
  readonly key: number
  /** 32 random bits, as a signed integer. */
  bits(index: number): number
  /** A uniform number in [0, 1). The index is any safe integer. */
  uniform(index: number): number
  /** A nearly normal number: mean 0, standard deviation 1, within ±3.5. A scaled sum of four uniform numbers (Irwin–Hall). */
  normal(index: number): number
}

/** The random stream of a seed and any number of labels, such as a pump's number and a signal's name. */
export function randomStream(seed: number, ...labels: (string | number)[]): RandomStream {
  let key = mix(seed | 0) ^ mix(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995)
  for (const character of labels.join('\0')) key = mix(key ^ (character.codePointAt(0) ?? 0))
  const hash = (index: number, salt: number) =>
    mix(mix(mix((index | 0) ^ key) ^ Math.floor(index / 2 ** 32)) ^ salt)

  return {
    key,
    bits: (index) => hash(index, 3),
    uniform: (index) => (hash(index, 0) >>> 0) / 2 ** 32,
    normal: (index) => {
      const a = hash(index, 1)
      const b = hash(index, 2)
      const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16)
      // Four uniform numbers in 0…65535 add up to 2 × 65535 on average, with the standard deviation 65536 / √3.
      return (sum - 131_070) * (Math.sqrt(3) / 65_536)
    },
  }
}

function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
