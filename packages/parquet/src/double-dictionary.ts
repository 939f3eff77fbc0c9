/** The different values of a column chunk in the order in which they come first; 0 and −0 are two, all NaN are one. */
export interface DoubleDictionary {
  /** The different values; valid until the next `lookUp` or `clear`. */
  values(): Float64Array
  /** Which of them is NaN. */
  nanIndex(): number | undefined
  /**
   * Writes which value of the dictionary each of some values is, at `at` and after in `indexes`; new ones are taken in.
   * Widens `bounds` to the least and the greatest of them, NaN left out. Returns how many it did: fewer than all where the
   * dictionary has grown so large that it cannot pay.
   */
  lookUp(values: Float64Array, bounds: Float64Array, indexes: Uint32Array, at: number): number
  clear(): void
}

// parquet-java's limit of a dictionary page is 1 MiB: so many doubles.
const mostValues = 131_072
/** A dictionary this small is not given up before the chunk ends. */
const alwaysKept = 32_768

/**
 * Makes an empty dictionary of doubles: a hash table with open addressing. What makes it fast is that a value seen before is
 * found by one comparison in a loop without calls, and that neighbouring decimals have neighbouring slots, so that a slowly
 * changing column touches little memory.
 */
export function doubleDictionary(): DoubleDictionary {
  let different = new Float64Array(1024)
  let size = 0
  let slots = emptySlots(2048)
  // What == takes for something else has no slot.
  const special = new Map<'0' | '-0' | 'NaN', number>()
  let scale: number | undefined
  let collisions = 0

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
  const rehash = (slotCount: number) => {
    slots = emptySlots(slotCount)
    for (let index = 0; index < size; index++) {
      const value = different[index] as number
      if (specialName(value) === undefined) occupy(slotOf(value), value, index)
    }
  }
  const occupy = (slot: number, value: number, index: number) => {
    slots.values[slot] = value
    slots.indexes[slot] = index
  }
  /** The index of a value that is not in its first slot, taken in if need be; −1 where that no longer pays. */
  const find = (value: number, rowCount: number): number => {
    const name = specialName(value)
    const slot = name === undefined ? slotOf(value) : -1
    const known =
      name !== undefined ? special.get(name) : slots.values[slot] === value ? slots.indexes[slot] : undefined
    if (known !== undefined) return known
    if (size === mostValues || (size >= alwaysKept && 2 * size > rowCount)) return -1
    const index = append(value)
    if (name !== undefined) special.set(name, index)
    else occupy(slot, value, index)
    if (2 * size > slots.values.length) rehash(2 * slots.values.length)
    // No decimals after all, or multiples of a large power of two: they lie in clusters.
    if (scale !== undefined && collisions > 64 * (size + 1024)) {
      scale = undefined
      rehash(slots.values.length)
    }
    return index
  }

  return {
    values: () => different.subarray(0, size),
    nanIndex: () => special.get('NaN'),
    lookUp(values, bounds, indexes, at) {
      if (size === 0) scale = scaleOf(values)
      let row = 0
      for (;;) {
        row =
          scale === undefined
            ? lookUpKnown(values, row, slots, bounds, indexes, at)
            : lookUpKnownDecimals(values, row, scale, slots, bounds, indexes, at)
        if (row === values.length) return row
        const value = values[row] as number
        const index = find(value, at + row)
        if (index === -1) return row
        widen(bounds, value)
        indexes[at + row] = index
        row += 1
      }
    },
    clear() {
      size = 0
      collisions = 0
      special.clear()
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

/** Looks up values from a row on, as long as they are in their first slot. Returns the row of the first that is not. */
function lookUpKnownDecimals(
  values: Float64Array,
  from: number,
  scale: number,
  { values: slotValues, indexes: slotIndexes }: Slots,
  bounds: Float64Array,
  indexes: Uint32Array,
  at: number,
): number {
  const mask = slotValues.length - 1
  let least = bounds[0] as number
  let greatest = bounds[1] as number
  let row = from
  for (; row < values.length; row++) {
    const value = values[row] as number
    const slot = ((value * scale + 0.5) | 0) & mask
    if (slotValues[slot] !== value) break
    indexes[at + row] = slotIndexes[slot] as number
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  bounds[0] = least
  bounds[1] = greatest
  return row
}

/** The same for values that are no decimals. */
function lookUpKnown(
  values: Float64Array,
  from: number,
  { values: slotValues, indexes: slotIndexes }: Slots,
  bounds: Float64Array,
  indexes: Uint32Array,
  at: number,
): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  const mask = slotValues.length - 1
  let least = bounds[0] as number
  let greatest = bounds[1] as number
  let row = from
  for (; row < values.length; row++) {
    const value = values[row] as number
    const slot = mix(words[2 * row] as number, words[2 * row + 1] as number) & mask
    if (slotValues[slot] !== value) break
    indexes[at + row] = slotIndexes[slot] as number
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  bounds[0] = least
  bounds[1] = greatest
  return row
}

function widen(bounds: Float64Array, value: number): void {
  if (value < (bounds[0] as number)) bounds[0] = value
  if (value > (bounds[1] as number)) bounds[1] = value
}

function hash(value: number, scale: number | undefined): number {
  if (scale !== undefined) return (value * scale + 0.5) | 0
  oneValue[0] = value
  return mix(oneWords[0] as number, oneWords[1] as number)
}

const oneValue = new Float64Array(1)
const oneWords = new Uint32Array(oneValue.buffer)

function mix(low: number, high: number): number {
  const product = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b)
  return product ^ (product >>> 15)
}

function specialName(value: number): '0' | '-0' | 'NaN' | undefined {
  if (value === 0) return 1 / value > 0 ? '0' : '-0'
  return Number.isNaN(value) ? 'NaN' : undefined
}

const sampleValues = 256

/** The power of ten that makes whole numbers of values that are decimals, as sensors give them; undefined for others. */
function scaleOf(values: Float64Array): number | undefined {
  const sample = values.subarray(0, sampleValues)
  return [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].find((scale) =>
    sample.every((value) => {
      const scaled = value * scale
      return Math.abs(scaled) < 2 ** 31 && Math.abs(scaled - Math.round(scaled)) < 1e-4
    }),
  )
}
