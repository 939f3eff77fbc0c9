import { endianness } from 'node:os'
import type { TimeGrid } from './signal.js'

// Where the low and the high 32 bits of an eight-byte value lie in memory.
const [lowWord, highWord] = endianness() === 'LE' ? [0, 1] : [1, 0]
const twoTo32 = 2 ** 32

// Both functions go by 32-bit words: making a BigInt for each reading would take longer than all the rest of it.

/** Writes the moments of a grid as epoch microseconds. */
export function fillTimestamps(timestamps: BigInt64Array, { firstMillis, stepMillis }: TimeGrid): void {
  const words = new Int32Array(timestamps.buffer, timestamps.byteOffset, timestamps.length * 2)
  const stepMicros = stepMillis * 1000
  for (let row = 0; row < timestamps.length;) {
    const micros = BigInt(firstMillis + row * stepMillis) * 1000n
    const high = Number(micros >> 32n)
    const low = Number(micros & 0xffffffffn)
    // The high word is the same until the low one goes over.
    const end = Math.min(timestamps.length, row + Math.ceil((twoTo32 - low) / stepMicros)) | 0
    let next = low | 0
    for (; row < end; row++) {
      words[row * 2 + lowWord] = next
      words[row * 2 + highWord] = high
      next = (next + stepMicros) | 0
    }
  }
}

/** Writes how many microseconds each timestamp lies after an origin; exact up to 285 years away. */
export function fillMicrosSince(micros: Float64Array, timestamps: BigInt64Array, origin: bigint): void {
  const words = new Int32Array(timestamps.buffer, timestamps.byteOffset, timestamps.length * 2)
  const originHigh = Number(origin >> 32n)
  const originLow = Number(origin & 0xffffffffn)
  for (let row = 0; row < timestamps.length; row++) {
    const low = (words[row * 2 + lowWord] as number) >>> 0
    micros[row] = ((words[row * 2 + highWord] as number) - originHigh) * twoTo32 + (low - originLow)
  }
}

/** A time in epoch microseconds as text: `2026-01-01T00:00:00.000Z`; what is finer than a millisecond is left out. */
export function isoOfMicros(micros: bigint): string {
  return isoOfMillis(Number(micros / 1000n))
}

/** A time in epoch milliseconds as text: `2026-01-01T00:00:00.000Z`. */
export function isoOfMillis(millis: number): string {
  return new Date(millis).toISOString()
}
