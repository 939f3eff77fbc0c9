import { ingestWithOverwrite, putOperations } from './put-operations.js'
import type { Definition } from './readings-model.js'
import { removeOperations } from './remove-operations.js'
import { addColumn, dropFromCatalog, rewrite } from './shape-operations.js'
import type { Operation } from './step.js'

/** What an Iceberg table lacks, or does in another way. */
const ofFilesOnly: readonly Operation[] = [ingestWithOverwrite, rewrite]

/** Everything that corrects or adds data. An operation that is added here takes part in all sequences. */
export const operations: readonly Operation[] = [
  ...putOperations,
  ...removeOperations,
  addColumn,
  dropFromCatalog,
  ...ofFilesOnly,
]

/** The operations for a table of this definition. */
export function operationsOf({ format }: Definition): readonly Operation[] {
  return format ? operations.filter((each) => !ofFilesOnly.includes(each)) : operations
}
