import { endianness } from 'node:os'
import type { ColumnBuffer } from './column-buffer.js'

/** The typed arrays of columns whose values take four or eight bytes. */
export type WideBuffer = BigInt64Array | Float64Array | Float32Array | Int32Array

/** Whether the values of a column take four or eight bytes. */
export function isWide(buffer: ColumnBuffer): buffer is WideBuffer {
  return !Array.isArray(buffer) && buffer.BYTES_PER_ELEMENT >= 4
}

/** Whether the values of a column take one byte. It may be of another realm, whose Uint8Array is not ours. */
export function isBytes(buffer: ColumnBuffer): buffer is Uint8Array {
  return !Array.isArray(buffer) && buffer.BYTES_PER_ELEMENT === 1
}

/** A typed array as 32-bit words, one or two per value. Reading a BigInt64Array would make an object of each value. */
export function int32View(buffer: WideBuffer): Int32Array {
  return new Int32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4)
}

/** Positions of the low and the high word of an eight-byte value. */
export const [lowWord, highWord] = endianness() === 'LE' ? [0, 1] : [1, 0]
