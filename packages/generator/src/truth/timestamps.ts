const twoTo32 = 2 ** 32

/**
 * Writes the microseconds from `origin` to each timestamp. Exact up to 285 years from the origin. Reads each timestamp as two 32-bit
 * halves, because converting every one to a BigInt would take longer than all other work on it.
 */
export function fillMicrosSince(micros: Float64Array, timestamps: BigInt64Array, origin: bigint): void {
  const halves = new DataView(timestamps.buffer, timestamps.byteOffset, timestamps.byteLength)
  const originHigh = Number(origin >> 32n)
  const originLow = Number(origin & 0xffffffffn)
  for (let row = 0; row < timestamps.length; row++) {
    const low = halves.getUint32(row * 8, true)
    const high = halves.getInt32(row * 8 + 4, true)
    micros[row] = (high - originHigh) * twoTo32 + (low - originLow)
  }
}

/** Epoch microseconds as ISO text, `2026-01-01T00:00:00.000Z`, cut off after the milliseconds. */
export function isoOfMicros(micros: bigint): string {
  return isoOfMillis(Number(micros / 1000n))
}

/** Epoch milliseconds as ISO text: `2026-01-01T00:00:00.000Z`. */
export function isoOfMillis(millis: number): string {
  return new Date(millis).toISOString()
}
