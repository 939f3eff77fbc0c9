import { crc32 } from 'node:zlib'

/** A CRC32 as S3 writes it: four bytes, big-endian, in base64. */
export function crc32Text(bytes: Uint8Array): string {
  return crc32ValueText(crc32(bytes))
}

/** The CRC32 of all bytes so far, where `previous` is the CRC32 of the bytes before the chunk. Node's function returns 0 for some empty chunks. */
export function addCrc32(chunk: Uint8Array, previous: number): number {
  return chunk.length === 0 ? previous : crc32(chunk, previous)
}

/**
 * The CRC32 of an object from those of its parts, in order. A CRC is the remainder of a polynomial over GF(2): multiply the CRC so far
 * by x^n for the n bits of the next part, then add that part's CRC.
 */
export function combineCrc32(parts: Iterable<{ crc32: string; size: number }>): string {
  let whole = 0
  for (const { crc32: text, size } of parts) {
    whole = (multiply(shiftOf(size), whole) ^ Buffer.from(text, 'base64').readUInt32BE()) >>> 0
  }
  return crc32ValueText(whole)
}

/** A CRC32 that was computed as a number, as S3 writes it. */
export function crc32ValueText(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes.toString('base64')
}

// The IEEE 802.3 polynomial with its bits reversed, as in zlib: the highest bit is the coefficient of x^0.
const polynomial = 0xedb88320
const one = 0x80000000

/** a · b modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0
  let factor = b
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ polynomial
  }
  return product >>> 0
}

/** x^(8 · size) modulo the polynomial, by squaring. */
function shiftOf(size: number): number {
  let power = 0x00800000 // x^8
  let shift = one
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(power, shift)
    power = multiply(power, power)
  }
  return shift
}
