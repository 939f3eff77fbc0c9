// The polynomial of CRC-64/NVME with its bits reversed, as two halves: V8 computes with 32 bits far faster than with BigInt.
const polynomial = { high: 0x9a6c9329, low: 0xac4bc9b5 }

/** The CRC64NVME of some bytes, or of all bytes so far if `previous` is that of those before. */
export function crc64Nvme(bytes: Uint8Array, previous = 0n): bigint {
  let high = ~Number(previous >> 32n)
  let low = ~Number(previous & 0xffffffffn)
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (lows[index] as number)
    high = (high >>> 8) ^ (highs[index] as number)
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)
}

const highs = new Uint32Array(256)
const lows = new Uint32Array(256)
for (let index = 0; index < 256; index += 1) {
  let [high, low] = [0, index]
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (low & 1) === 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (isOdd) {
      high ^= polynomial.high
      low ^= polynomial.low
    }
  }
  highs[index] = high
  lows[index] = low
}
