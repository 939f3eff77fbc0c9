/**
 * The values of a column, one per row: a typed array, or an array that holds one kind of value. In an array, `null` and `undefined`
 * stand for a missing value.
 */
export type ColumnData = TypedColumnData | ArrayColumnData

/** Numbers in a typed array. */
export type TypedColumnData =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** Values of one kind in an array; any of them may be missing. */
export type ArrayColumnData =
  | readonly (Date | null | undefined)[]
  | readonly (string | null | undefined)[]
  | readonly (number | null | undefined)[]
  | readonly (bigint | null | undefined)[]
  | readonly (boolean | null | undefined)[]
