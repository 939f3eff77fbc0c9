import { different, indexes, mostSlots, slotBits, slotIndexes, values } from './memory'

// The dictionary of a column chunk of doubles: a hash table with open addressing. What makes it fast is that decimals, as
// sensors give them, have the whole numbers that they are multiples by as their hash: none is in another's slot, and neighbours
// lie side by side, in the same lines of the cache, while a signal moves slowly. Any other doubles have their bits hashed.

/** The bits of a free slot: those of a NaN that no page has once it has been scanned. */
const free: u64 = u64.MAX_VALUE

/** A double this large has no bits for fractions, so that what is added to it ends as a whole number in its lowest bits. */
const roundingTerm: f64 = 6_755_399_441_055_744.0 // 1.5 × 2^52

/** How many different values there are. */
export let differentCount: i32 = 0
let slots: i32 = 2048
/** What makes whole numbers of the values; 0 where their bits are hashed. */
let scale: f64 = 0
let leastMultiple: f64 = 0
let greatestMultiple: f64 = 0
/** How often a slot was another value's. */
export let collisions: i32 = 0

/** Empties the dictionary; the values to come are multiples of 1 / `multiplesPerUnit`, or any doubles where that is 0. */
export function clear(multiplesPerUnit: f64): void {
  scale = multiplesPerUnit
  differentCount = 0
  leastMultiple = Infinity
  greatestMultiple = -Infinity
  collisions = 0
  freeSlots()
}

/**
 * Writes which value of the dictionary each of a page's values from row `from` until before `to` is; new ones are taken in, as long as
 * it has fewer than `limit`. Returns the first row that found no place, or `to`. 0 and −0 are two values. The page must have been
 * scanned: a NaN with the bits of a free slot would find itself there.
 */
export function lookUp(from: i32, to: i32, limit: i32): i32 {
  // A value seen before is mostly in its first slot; the loop that finds it there has no calls.
  const end = values + ((<usize>to) << 3)
  let at = values + ((<usize>from) << 3)
  let into = indexes + ((<usize>from) << 2)
  while (at < end) {
    const mask = slots - 1
    const multiples = scale
    for (; at < end; at += 8, into += 4) {
      const bits = load<u64>(at)
      const slot = hash(bits, multiples) & mask
      if (load<u64>(slotBits + ((<usize>slot) << 3)) != bits) break
      store<i32>(into, load<i32>(slotIndexes + ((<usize>slot) << 2)))
    }
    if (at == end) break
    const index = find(load<u64>(at), limit)
    if (index < 0) return <i32>((at - values) >> 3)
    store<i32>(into, index)
    at += 8
    into += 4
  }
  return to
}

function hash(bits: u64, multiples: f64): i32 {
  if (multiples != 0) return <i32>reinterpret<u64>(reinterpret<f64>(bits) * multiples + roundingTerm)
  // The lowest bits of a product know nothing of a value's highest ones: the 11 highest are added to them, which the least
  // table has.
  const product = bits * 0x9e37_79b9_7f4a_7c15
  return <i32>((product >> 32) ^ (product >> 53))
}

/** The index of a value that is not in its first slot, taken in if need be; −1 where that is one too many. */
function find(bits: u64, limit: i32): i32 {
  const slot = slotOf(bits)
  if (load<u64>(slotBits + ((<usize>slot) << 3)) == bits) return load<i32>(slotIndexes + ((<usize>slot) << 2))
  if (differentCount >= limit) return -1
  const index = differentCount++
  store<u64>(different + ((<usize>index) << 3), bits)
  occupy(slot, bits, index)
  makeRoom(reinterpret<f64>(bits))
  return index
}

/** The slot that holds a value, or the free one that is to hold it. */
function slotOf(bits: u64): i32 {
  const mask = slots - 1
  let slot = hash(bits, scale) & mask
  let there = load<u64>(slotBits + ((<usize>slot) << 3))
  while (there != bits && there != free) {
    slot = (slot + 1) & mask
    there = load<u64>(slotBits + ((<usize>slot) << 3))
    collisions++
  }
  return slot
}

function occupy(slot: i32, bits: u64, index: i32): void {
  store<u64>(slotBits + ((<usize>slot) << 3), bits)
  store<i32>(slotIndexes + ((<usize>slot) << 2), index)
}

/** At least half of the slots are free, and each multiple between the least and the greatest has its own. */
function makeRoom(value: f64): void {
  let needed = 2 * <f64>differentCount
  if (scale != 0) {
    const multiple = value * scale
    if (abs(multiple) < <f64>i32.MAX_VALUE) {
      leastMultiple = min(leastMultiple, multiple)
      greatestMultiple = max(greatestMultiple, multiple)
    }
    needed = max(needed, min(greatestMultiple - leastMultiple + 2, <f64>mostSlots))
  }
  if (needed > <f64>slots) {
    while (<f64>slots < needed) slots <<= 1
    rehash()
  }
  // No decimals after all, or multiples of a large power of two: they lie in clusters.
  if (scale != 0 && collisions > 64 * (differentCount + 1024)) {
    scale = 0
    rehash()
  }
}

function rehash(): void {
  freeSlots()
  for (let index = 0; index < differentCount; index++) {
    const bits = load<u64>(different + ((<usize>index) << 3))
    occupy(slotOf(bits), bits, index)
  }
}

function freeSlots(): void {
  memory.fill(slotBits, 0xff, (<usize>slots) << 3)
}
