import type { Batch } from '@minilake/schema'

/** The buffer of a timestamp column. Throws a TypeError if the batch has none of that name. */
export function timestampsOf({ columns }: Batch, name: string): BigInt64Array {
  const buffer = columns[name]
  if (buffer instanceof BigInt64Array) return buffer
  throw new TypeError(`column ${name} expected a BigInt64Array, got ${typeName(buffer)}`)
}

/** The buffer of a DOUBLE column. Throws a TypeError if the batch has none of that name. */
export function doublesOf({ columns }: Batch, name: string): Float64Array {
  const buffer = columns[name]
  if (buffer instanceof Float64Array) return buffer
  throw new TypeError(`column ${name} expected a Float64Array, got ${typeName(buffer)}`)
}

function typeName(buffer: object | undefined): string {
  return buffer === undefined ? 'nothing' : buffer.constructor.name
}
