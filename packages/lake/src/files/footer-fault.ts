import { checkFooter, type Footer } from '@minilake/parquet'
import type { Table } from '@minilake/schema'

/**
 * What an engine would misread in a data file, by its footer, in one sentence; undefined if nothing. Engines read a missing nullable column
 * as NULL, as in files from before the column was added, and ignore columns that the table lacks.
 */
export function footerFault(table: Table, { columns, ...footer }: Footer): string | undefined {
  const known = columns.filter(({ name }) => Object.hasOwn(table.columns, name))
  try {
    checkFooter(table, { ...footer, columns: known })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
