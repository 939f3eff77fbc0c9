import { bitPack } from './bit-packing.js'

// What hyparquet-writer, parquet-java and arrow use too.
const blockValues = 128
const miniblockValues = 32
const miniblocks = blockValues / miniblockValues

/** Deltas and their sums are computed as doubles: up to here they are exact, and so is their zigzag form. */
const exactLimit = 2 ** 52

/** The most bytes that `deltaBinaryPack` writes for so many values. */
export function deltaCapacity(valueCount: number): number {
  const blockBytes = 10 + miniblocks + 4 * blockValues
  return 24 + Math.ceil(valueCount / blockValues) * blockBytes
}

/**
 * Encodes 64-bit integers as DELTA_BINARY_PACKED (Parquet's Encodings.md) at the start of `out`, byte for byte as
 * hyparquet-writer does. Returns the bytes written and, found in the same pass, the least and the greatest value as distances from
 * the first; undefined where neighbours or a block's deltas lie too far apart for arithmetic in doubles: the caller then leaves the
 * page to the library.
 */
export function deltaBinaryPack(
  values: BigInt64Array,
  out: Uint8Array,
): { byteLength: number; least: number; greatest: number } | undefined {
  const count = values.length
  let at = appendVarint(out, 0, blockValues)
  at = appendVarint(out, at, miniblocks)
  at = appendVarint(out, at, count)
  at = appendZigZag64(out, at, values[0] as bigint)

  // Values are read as two 32-bit words each: to read a bigint makes an object.
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * count)
  let [offset, least, greatest] = [0, 0, 0]
  for (let first = 1; first < count; first += blockValues) {
    const size = Math.min(blockValues, count - first)
    const delta = deltaAt(words, first)
    // Regular readings: all deltas of a block are the same, and no miniblock has any bits.
    if (isConstant(words, first, size, delta)) {
      if (Math.abs(delta) >= exactLimit) return undefined
      offset += delta * size
      if (offset < least) least = offset
      if (offset > greatest) greatest = offset
      at = appendZigZag(out, at, delta)
      out.fill(0, at, (at += miniblocks))
    } else {
      let [smallest, largest] = [Infinity, -Infinity]
      for (let i = 0; i < size; i++) {
        const next = deltaAt(words, first + i)
        deltas[i] = next
        if (next < smallest) smallest = next
        if (next > largest) largest = next
        offset += next
        if (offset < least) least = offset
        if (offset > greatest) greatest = offset
      }
      if (smallest <= -exactLimit || largest >= exactLimit || largest - smallest >= 2 ** 31) return undefined
      at = appendZigZag(out, at, smallest)
      at = appendMiniblocks(out, at, size, smallest)
    }
    if (least <= -exactLimit || greatest >= exactLimit) return undefined
  }
  return { byteLength: at, least, greatest }
}

const deltas = new Float64Array(blockValues)
const adjusted = new Uint32Array(blockValues)
const packed = new Uint32Array(miniblockValues)
const packedBytes = new Uint8Array(packed.buffer)

/** A value's distance from the one before it; exact where it is below 2^53. */
function deltaAt(words: Int32Array, index: number): number {
  const high = (words[2 * index + 1] as number) - (words[2 * index - 1] as number)
  return high * 2 ** 32 + (((words[2 * index] as number) >>> 0) - ((words[2 * index - 2] as number) >>> 0))
}

function isConstant(words: Int32Array, first: number, size: number, delta: number): boolean {
  const end = first + size
  let high = words[2 * first + 1]
  let low = (words[2 * first] as number) >>> 0
  for (let index = first + 1; index < end; index++) {
    const nextHigh = words[2 * index + 1]
    const nextLow = (words[2 * index] as number) >>> 0
    // Neighbours mostly have the same high word: then their low words tell the difference.
    if ((nextHigh === high ? nextLow - low : deltaAt(words, index)) !== delta) return false
    high = nextHigh
    low = nextLow
  }
  return true
}

function appendMiniblocks(out: Uint8Array, at: number, size: number, smallest: number): number {
  for (let i = 0; i < blockValues; i++) adjusted[i] = i < size ? (deltas[i] as number) - smallest : 0
  let end = at + miniblocks
  for (let miniblock = 0; miniblock < miniblocks; miniblock++) {
    const start = miniblock * miniblockValues
    let bits = 0
    for (let i = start; i < start + miniblockValues; i++) bits |= adjusted[i] as number
    const width = 32 - Math.clz32(bits)
    out[at + miniblock] = width
    bitPack(adjusted, start, start + miniblockValues, width, packed)
    out.set(packedBytes.subarray(0, 4 * width), end)
    end += 4 * width
  }
  return end
}

/** A whole number of up to 2^53. */
function appendVarint(out: Uint8Array, start: number, value: number): number {
  let [at, rest] = [start, value]
  while (rest >= 0x80) {
    out[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  out[at++] = rest
  return at
}

function appendZigZag(out: Uint8Array, at: number, value: number): number {
  return appendVarint(out, at, value < 0 ? -value * 2 - 1 : value * 2)
}

function appendZigZag64(out: Uint8Array, start: number, value: bigint): number {
  let [at, rest] = [start, (value << 1n) ^ (value >> 63n)]
  while (rest >= 0x80n) {
    out[at++] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  out[at++] = Number(rest)
  return at
}
