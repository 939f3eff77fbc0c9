import type { Batch } from '@minilake/schema'

/** The values of a column in a batch. */
export type ColumnBuffer = Batch['columns'][string]

/** The values of a column that `checkBatch` found in the batch. */
export function columnValues(batch: Batch, name: string): ColumnBuffer {
  const values = batch.columns[name]
  if (values === undefined) throw new TypeError(`batch lacks column ${name}`)
  return values
}

/** A column's null mask: 1 where the row has no value; undefined when every row has one. */
export function nullMask(batch: Batch, name: string): Uint8Array | undefined {
  const masks: Readonly<Record<string, Uint8Array>> | undefined = batch.nulls
  return masks?.[name]
}
