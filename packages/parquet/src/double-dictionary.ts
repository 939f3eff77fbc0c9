import { isTooLarge } from './dictionary-indexes.js'

/** What has been looked up since these were reset: the least and greatest value, NaN left out, and the bits set in any index. */
export interface PageRange {
  least: number
  greatest: number
  indexBits: number
}

/** The different values of a column chunk in the order in which they come first; 0 and −0 are two, all NaN are one. */
export interface DoubleDictionary {
  /** The different values; valid until the next `lookUp` or `clear`. */
  values(): Float64Array
  /** Which of them is NaN. */
  nanIndex(): number | undefined
  /**
   * Writes which value of the dictionary each of some values is, at `at` and after in `indexes`; new ones are taken in.
   * Widens `range`. Returns how many it did: fewer than all where the dictionary has grown so large that it cannot pay.
   */
  lookUp(values: Float64Array, range: PageRange, indexes: Uint32Array, at: number): number
  clear(): void
}

// parquet-java's limit of a dictionary page is 1 MiB: so many doubles.
const mostValues = 131_072
/** So many slots each multiple within the range of decimals gets one of its own; beyond, they share. */
const mostSlotsForRange = 1_048_576

// Whole numbers, since closures box others.
const noMultiples = [2 ** 31 - 1, -(2 ** 31)] as const

/**
 * Makes an empty dictionary of doubles: a hash table with open addressing. What makes it fast is that a value seen before is
 * found by one comparison in a loop without calls; and that decimals, as sensors give them, have the whole numbers that they
 * are multiples by as their hash, so that none is in another's slot, and neighbours lie side by side.
 */
export function doubleDictionary(): DoubleDictionary {
  let different = new Float64Array(1024)
  let size = 0
  let slots = emptySlots(2048)
  // What == takes for something else has no slot; −1 until it comes.
  let [zero, negativeZero, nan] = [-1, -1, -1]
  let scale: number | undefined
  let [leastMultiple, greatestMultiple]: [number, number] = [...noMultiples]
  let collisions = 0
  let lookedUp = 0

  const append = (value: number) => {
    if (size === different.length) {
      const larger = new Float64Array(2 * size)
      larger.set(different)
      different = larger
    }
    different[size] = value
    return size++
  }
  /** The slot that holds a value, or the free one that is to hold it. */
  const slotOf = (value: number) => {
    const mask = slots.values.length - 1
    let slot = hash(value, scale) & mask
    while (slots.values[slot] !== value && !Number.isNaN(slots.values[slot])) {
      slot = (slot + 1) & mask
      collisions += 1
    }
    return slot
  }
  const occupy = (slot: number, value: number, index: number) => {
    slots.values[slot] = value
    slots.indexes[slot] = index
  }
  const rehash = (slotCount: number) => {
    slots = emptySlots(slotCount)
    for (let index = 0; index < size; index++) {
      const value = different[index] as number
      if (hasSlot(value)) occupy(slotOf(value), value, index)
    }
  }
  /** So many slots that each multiple between the least and the greatest has its own. */
  const slotsForRange = (value: number, scale: number) => {
    const multiple = hash(value, scale)
    if (multiple < leastMultiple) leastMultiple = multiple
    if (multiple > greatestMultiple) greatestMultiple = multiple
    return Math.min(greatestMultiple - leastMultiple + 1, mostSlotsForRange)
  }
  const makeRoom = (value: number) => {
    const needed = Math.max(2 * size, scale === undefined ? 0 : slotsForRange(value, scale))
    if (needed > slots.values.length) rehash(2 ** Math.ceil(Math.log2(needed)))
    // No decimals after all, or multiples of a large power of two: they lie in clusters.
    if (scale !== undefined && collisions > 64 * (size + 1024)) {
      scale = undefined
      rehash(slots.values.length)
    }
  }
  const isFull = () => size === mostValues || isTooLarge(size, lookedUp)
  /** The index of a value that is not in its first slot, taken in if need be; −1 where that no longer pays. */
  const find = (value: number): number => {
    if (hasSlot(value)) {
      const slot = slotOf(value)
      if (slots.values[slot] === value) return slots.indexes[slot] as number
      if (isFull()) return -1
      const index = append(value)
      occupy(slot, value, index)
      makeRoom(value)
      return index
    }
    const known = value !== 0 ? nan : 1 / value > 0 ? zero : negativeZero
    if (known !== -1) return known
    if (isFull()) return -1
    if (value !== 0) return (nan = append(NaN))
    return 1 / value > 0 ? (zero = append(value)) : (negativeZero = append(value))
  }

  return {
    values: () => different.subarray(0, size),
    nanIndex: () => (nan === -1 ? undefined : nan),
    lookUp(values, range, indexes, at) {
      if (lookedUp === 0) scale = scaleOf(values)
      const before = lookedUp
      let row = 0
      for (;;) {
        if (scale !== undefined) row = lookUpKnown(values, row, scale, slots, range, indexes, at)
        if (row === values.length) break
        const value = values[row] as number
        lookedUp = before + row
        const index = find(value)
        if (index === -1) return row
        if (value < range.least) range.least = value
        if (value > range.greatest) range.greatest = value
        range.indexBits |= index
        indexes[at + row] = index
        row += 1
      }
      lookedUp = before + row
      return row
    },
    clear() {
      size = collisions = lookedUp = 0
      zero = negativeZero = nan = -1
      ;[leastMultiple, greatestMultiple] = noMultiples
      slots.values.fill(NaN)
    },
  }
}

/** Slots of a hash table; a free one holds NaN, which equals nothing. At least half of them are free. */
interface Slots {
  values: Float64Array
  indexes: Uint32Array
}

function emptySlots(slotCount: number): Slots {
  return { values: new Float64Array(slotCount).fill(NaN), indexes: new Uint32Array(slotCount) }
}

/** Looks up decimals from a row on, as long as they are in their first slot. Returns the row of the first that is not. */
function lookUpKnown(
  values: Float64Array,
  from: number,
  scale: number,
  { values: slotValues, indexes: slotIndexes }: Slots,
  range: PageRange,
  indexes: Uint32Array,
  at: number,
): number {
  const mask = slotValues.length - 1
  let { least, greatest, indexBits } = range
  let row = from
  for (; row < values.length; row++) {
    const value = values[row] as number
    const slot = ((value * scale + 0.5) | 0) & mask
    if (slotValues[slot] !== value) break
    const index = slotIndexes[slot] as number
    indexes[at + row] = index
    indexBits |= index
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  range.least = least
  range.greatest = greatest
  range.indexBits = indexBits
  return row
}

function hasSlot(value: number): boolean {
  return value !== 0 && !Number.isNaN(value)
}

function hash(value: number, scale: number | undefined): number {
  if (scale !== undefined) return (value * scale + 0.5) | 0
  oneValue[0] = value
  const product = Math.imul(
    (oneWords[1] as number) ^ Math.imul(oneWords[0] as number, 0x9e3779b1),
    0x85ebca6b,
  )
  return product ^ (product >>> 15)
}

const oneValue = new Float64Array(1)
const oneWords = new Uint32Array(oneValue.buffer)

const sampleValues = 256

/** The power of ten that makes whole numbers of values that are decimals, as sensors give them; undefined for others. */
function scaleOf(values: Float64Array): number | undefined {
  const sample = values.subarray(0, sampleValues)
  return [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].find((scale) =>
    sample.every((value) => {
      if (!Number.isFinite(value)) return true
      const scaled = value * scale
      return Math.abs(scaled) < 2 ** 31 && Math.abs(scaled - Math.round(scaled)) < 1e-4
    }),
  )
}
