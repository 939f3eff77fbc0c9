// The layout of the kernels' memory. Untouched parts take no physical memory.

/** Maximum number of values on a page. */
export const pageRows: i32 = 20_000
/** Maximum number of slots of the hash table. */
export const mostSlots: i32 = 1_048_576
/** Maximum number of distinct values in a dictionary: parquet-java limits a dictionary page to 1 MiB. */
export const mostDifferent: i32 = 131_072

/** The values of a page, 64 bits each: doubles or integers. */
export const values: usize = memory.data(8 * pageRows, 16)
/** The dictionary indexes of a page, 32 bits each, with room to fill up a group of 8. */
export const indexes: usize = memory.data(4 * (pageRows + 8), 16)
/** The values of the dictionary, 64 bits each, in order of first appearance. */
export const different: usize = memory.data(8 * mostDifferent, 16)
/** The hash table: the bits of the value in each slot, and its index in the dictionary. */
export const slotBits: usize = memory.data(8 * mostSlots, 16)
export const slotIndexes: usize = memory.data(4 * mostSlots, 16)
/** Encoded pages begin here. The caller grows the memory. */
export const out: usize = __heap_base
