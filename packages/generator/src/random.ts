/**
 * Random numbers by address instead of by turn: each is a pure function of (seed, stream, index), so any pump and any
 * moment can be simulated alone, in any order, on any worker. The mixing step is the finaliser of MurmurHash3 (Austin
 * Appleby, public domain).
 */
export interface RandomStream {
  /** What tells the stream from others, 32 bits: all that its numbers depend on but their index. */
  readonly key: number
  /** 32 random bits, as a signed whole number. */
  bits(index: number): number
  /** Uniform in [0, 1), for an integer index of any size a double holds exactly. */
  uniform(index: number): number
  /** About normal, mean 0, standard deviation 1, within ±3.5: the sum of four uniforms, scaled (Irwin–Hall). */
  normal(index: number): number
}

/** The random stream of a seed and any number of labels, such as a pump's number and a signal's name. */
export function randomStream(seed: number, ...labels: (string | number)[]): RandomStream {
  let key = mix(seed | 0) ^ mix(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995)
  for (const character of labels.join('\0')) key = mix(key ^ (character.codePointAt(0) as number))
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
      // Four uniforms on 0…65535 have the mean 2 × 65535 and the standard deviation 65536 / √3.
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
