import { different, indexes, mostSlots, slotBits, slotIndexes, values } from './memory'

// The dictionary of a column chunk of doubles: a hash table with open addressing. Decimals, as sensors report them, are hashed to the
// integer that they are after scaling by a power of ten. That makes it fast: no two values share a slot, and the neighbouring values
// of a slow signal share cache lines. For other doubles the bits are hashed.

/** The bits of a free slot: a NaN that no page contains after `scan`. */
const free: u64 = u64.MAX_VALUE

/** A double this large has no fraction bits, so a number added to it ends up rounded in its lowest bits. */
const roundingTerm: f64 = 6_755_399_441_055_744.0 // 1.5 × 2^52

/** The number of distinct values. */
export let differentCount: i32 = 0
let slots: i32 = 2048
/** The factor that turns values into integers; 0 when their bits are hashed. */
let scale: f64 = 0
let leastMultiple: f64 = 0
let greatestMultiple: f64 = 0
/** How often a value found its slot occupied by another value. */
export let collisions: i32 = 0

/** Empties the dictionary. The next values are multiples of 1 / `multiplesPerUnit`, or any doubles when that is 0. */
export function clear(multiplesPerUnit: f64): void {
  scale = multiplesPerUnit
  differentCount = 0
  leastMultiple = Infinity
  greatestMultiple = -Infinity
  collisions = 0
  freeSlots()
}

/**
 * Writes the dictionary index of each value of a page from row `from` to before `to`. Adds new values while the dictionary has fewer
 * than `limit`. Returns the first row whose value found no place, or `to`. 0 and −0 are two values. The page must have been scanned:
 * a NaN with the bits of a free slot would match free slots.
 */
export function lookUp(from: i32, to: i32, limit: i32): i32 {
  // A known value is mostly in its first slot. The loop that finds it there makes no calls.
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
  // The lowest bits of a product do not depend on a value's highest bits. So the 11 highest bits are mixed in, which is as many as
  // the smallest table uses.
  const product = bits * 0x9e37_79b9_7f4a_7c15
  return <i32>((product >> 32) ^ (product >> 53))
}

/** The index of a value that is not in its first slot, which is added if it is new; −1 when it would exceed the limit. */
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

/** The slot that holds a value, or the free slot for it. */
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

/** Grows the table so that at least half of its slots are free and each multiple between the least and the greatest has its own. */
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
  // The values are not decimals after all, or are multiples of a large power of two: they cluster.
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
