import { highWord, lowWord } from './words.js'

/** The different values of a column chunk, in the order in which they come first, and for each row which it is. */
export interface DoubleDictionary {
  readonly values: Float64Array
  readonly indexes: Uint32Array
}

/**
 * The dictionary of a chunk's doubles; undefined where it and its indexes would not halve the chunk, by the rules of
 * hyparquet-writer: a sample of 1,000 values that is nearly all different is enough to know. The chunk must hold no −0, which the
 * library takes for 0.
 */
export function doubleDictionary(values: Float64Array): DoubleDictionary | undefined {
  if (!sampleRecurs(values)) return undefined
  const most = Math.floor(values.length / 2) // more alone are over half
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  const different = new Float64Array(most + 1)
  const differentWords = new Uint32Array(different.buffer)
  const indexes = new Uint32Array(values.length)
  // Open addressing on the 64 bits of a value; a slot holds an index and 1, or 0.
  const mask = 2 ** Math.ceil(Math.log2(values.length + 1)) - 1
  const slots = new Uint32Array(mask + 1)
  let count = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    const isNaN = value !== value // of many bit patterns, all the same NaN
    const high = isNaN ? 0x7ff80000 : (words[2 * row + highWord] as number)
    const low = isNaN ? 0 : (words[2 * row + lowWord] as number)
    let hash = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b)
    hash ^= hash >>> 15
    let slot = hash & mask
    let index: number
    for (;;) {
      index = (slots[slot] as number) - 1
      if (index === -1) break
      if (differentWords[2 * index + highWord] === high && differentWords[2 * index + lowWord] === low) break
      slot = (slot + 1) & mask
    }
    if (index === -1) {
      if (count === most) return undefined
      index = count++
      slots[slot] = index + 1
      differentWords[2 * index + highWord] = high
      differentWords[2 * index + lowWord] = low
    }
    indexes[row] = index
  }
  const indexBytes = Math.ceil((values.length * Math.ceil(Math.log2(count))) / 8)
  if (2 * (8 * count + indexBytes) > 8 * values.length) return undefined
  return { values: different.subarray(0, count), indexes }
}

const sampleRows = 1000

function sampleRecurs(values: Float64Array): boolean {
  const rows = Math.min(values.length, sampleRows)
  const sample = new Set<number>()
  for (let at = 0; at < rows; at++) {
    sample.add(values[rows === 1 ? 0 : Math.floor((at * (values.length - 1)) / (rows - 1))] as number)
  }
  return rows > 0 && sample.size / rows <= 0.9
}
