import { endianness } from 'node:os'

/** Where the low and the high 32-bit word of an eight-byte value lie in memory. */
export const [lowWord, highWord] = endianness() === 'LE' ? [0, 1] : [1, 0]
