const twoTo32 = 2 ** 32

/**
 * Writes how many microseconds each timestamp lies after an origin; exact up to 285 years away. By 32-bit words, since making
 * a BigInt of each would take longer than all the rest of it.
 */
export function fillMicrosSince(micros: Float64Array, timestamps: BigInt64Array, origin: bigint): void {
  const words = new Int32Array(timestamps.buffer, timestamps.byteOffset, timestamps.length * 2)
  const originHigh = Number(origin >> 32n)
  const originLow = Number(origin & 0xffffffffn)
  for (let row = 0; row < timestamps.length; row++) {
    const low = (words[row * 2] as number) >>> 0
    micros[row] = ((words[row * 2 + 1] as number) - originHigh) * twoTo32 + (low - originLow)
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
