import { type Batch, columnsOf, columnValues, nullMask, type Table } from '@minilake/schema'
import { columnChecks } from './column-checks.js'
import { rowsDigest } from './rows-digest.js'

/** Gathers the identity of rows that come in batches. */
export interface RowsIdentity {
  /** Adds the rows of a batch that fits the table. */
  add(batch: Batch): void
  /** The SHA-256 of the rows so far, in hexadecimal. To be called once, at the end. */
  finish(): string
}

/** The identity of rows without a file: the same that a file of these rows, in this order, has as `rowsSha256` in its footer. */
export function rowsIdentity(table: Table): RowsIdentity {
  const columns = columnsOf(table).map(([name, { type }]) => ({ name, checks: columnChecks(name, type) }))
  let rowCount = 0
  return {
    add(batch) {
      for (const { name, checks } of columns) {
        const nulls = nullMask(batch, name)
        checks.addRows(nulls, 0, batch.rowCount)
        checks.addValues(columnValues(batch, name), nulls, 0, batch.rowCount)
      }
      rowCount += batch.rowCount
    },
    finish: () =>
      rowsDigest(
        rowCount,
        columns.map(({ checks }) => checks.finish().digest),
      ),
  }
}
