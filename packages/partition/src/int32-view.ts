import { endianness } from 'node:os'

/** The typed arrays of columns whose values take four or eight bytes. */
export type WideBuffer = BigInt64Array | Float64Array | Float32Array | Int32Array

/** A typed array seen as 32-bit words, one or two to a value: a bigint read from an array is an object of its own. */
export function wordsOf(buffer: WideBuffer): Int32Array {
  return new Int32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4)
}

/** Where the low and the high word of an eight-byte value lie. */
export const [lowWord, highWord] = endianness() === 'LE' ? [0, 1] : [1, 0]
