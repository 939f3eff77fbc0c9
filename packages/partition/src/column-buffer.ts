import type { Batch } from '@minilake/schema'

/** The values of a column in a batch. */
export type ColumnBuffer = Batch['columns'][string]
