import type { Batch } from './batch.js'
import { ownMember } from './own-member.js'

/** The values of a column in a batch that `checkBatch` has accepted. Throws a TypeError when the batch lacks the column. */
export function columnValues(batch: Batch, name: string): Batch['columns'][string] {
  const values = ownMember(batch.columns, name)
  if (values === undefined) throw new TypeError(`batch lacks column ${name}`)
  return values
}

/** A column's null mask in a batch: 1 where the row has no value; undefined when every row has one. */
export function nullMask({ nulls }: Batch, name: string): Uint8Array | undefined {
  return nulls && ownMember<Uint8Array>(nulls, name)
}
