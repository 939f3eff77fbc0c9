import type { Table } from '@minilake/schema'

/** What a query runs with. */
export interface QueryOptions {
  /** The tables that the embedded engine is told of; fewer open faster. Default: all. */
  tables?: readonly Table[]
  /** Reads an Iceberg table, the only one of `tables`, as it was at a time. Not for free SQL, which says FOR TIMESTAMP AS OF. Default: now. */
  at?: Date
  /** Reads it as of a snapshot, given by its ID. */
  snapshot?: string
  /** Aborting it ends the query in the engine too. */
  signal?: AbortSignal
}
