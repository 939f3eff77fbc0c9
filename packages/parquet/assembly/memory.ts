// Where things lie in a kernel's memory. What no page has touched takes no memory of the machine.

/** Values of a page at most. */
export const pageRows: i32 = 20_000
/** A hash table's slots at most. */
export const mostSlots: i32 = 1_048_576
/** Different values of a dictionary at most: parquet-java's limit of a dictionary page is 1 MiB. */
export const mostDifferent: i32 = 131_072

/** A page's values, 64 bits each: doubles, or whole numbers. */
export const values: usize = memory.data(8 * pageRows, 16)
/** A page's indexes into a dictionary, 32 bits each, with room to fill up a group of 8. */
export const indexes: usize = memory.data(4 * (pageRows + 8), 16)
/** The values of a dictionary, 64 bits each, in the order in which they came. */
export const different: usize = memory.data(8 * mostDifferent, 16)
/** The hash table: the bits of the value in each slot, and its index in the dictionary. */
export const slotBits: usize = memory.data(8 * mostSlots, 16)
export const slotIndexes: usize = memory.data(4 * mostSlots, 16)
/** From here on, pages are encoded; the caller lets the memory grow. */
export const out: usize = __heap_base
