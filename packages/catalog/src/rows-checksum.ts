import { columnsOf, quoteIdentifier, type Table } from '@minilake/schema'
import { batchColumn } from './iceberg-statements.js'
import { stagedRows } from './staging-statements.js'

/**
 * An aggregate for the values of some columns in all rows, whatever the order of the rows: hexadecimal digits. The same rows have the same
 * checksum in a table of files and in an Iceberg table.
 */
export function rowsChecksum(table: Table, names: readonly string[]): string {
  const types = new Map(columnsOf(table).map(([name, { type }]) => [name, type]))
  const values = names.map((name) =>
    types.get(name) === 'timestamp'
      ? `CAST(${quoteIdentifier(name)} AS TIMESTAMP(6))`
      : quoteIdentifier(name),
  )
  return `to_hex(checksum(ROW(${values.join(', ')})))`
}

/** The batches of a staging table: columns `batch`, `rows` and `checksum`. */
export function stagedChecksums(table: Table, id: string): string {
  const names = columnsOf(table).map(([name]) => name)
  return `SELECT ${quoteIdentifier(batchColumn)} AS batch, count(*) AS rows, ${rowsChecksum(table, names)} AS checksum FROM (${stagedRows(table, id)}) GROUP BY 1`
}
