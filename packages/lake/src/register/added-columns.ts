import { batchColumn, type HiveColumn, hiveColumns, icebergColumns } from '@minilake/catalog'
import { partitionsOf, type Table } from '@minilake/schema'

/** The columns that Trino's catalog should list for a table. */
export function catalogColumns(table: Table): HiveColumn[] {
  return table.format === 'iceberg' ? icebergColumns(table) : hiveColumns(table)
}

/**
 * The columns of a table's definition that its catalog entry lacks and that can be added in place: nullable ones after the last. Empty
 * if the entry has the defined columns; undefined if it differs in any other way.
 */
export function addedColumns(table: Table, known: readonly HiveColumn[]): string[] | undefined {
  const [defined, listed] = [catalogColumns(table), known].map((columns) => partsOf(table, columns)) as [
    Parts,
    Parts,
  ]
  const added = defined.data.slice(listed.data.length)
  const isSame =
    columnsText(defined.data.slice(0, listed.data.length)) === columnsText(listed.data) &&
    columnsText(defined.others) === columnsText(listed.others)
  if (!isSame || !added.every(({ name }) => table.columns[name]?.nullable)) return undefined
  return added.map(({ name }) => name)
}

interface Parts {
  data: HiveColumn[]
  /** Those that data files lack: partition columns, or `_batch`, which later columns follow. */
  others: HiveColumn[]
}

function partsOf(table: Table, columns: readonly HiveColumn[]): Parts {
  const first = columns.length - partitionsOf(table).length
  const isOther = ({ name }: HiveColumn, index: number) =>
    table.format === 'iceberg' ? name === batchColumn : index >= first
  return {
    data: columns.filter((column, index) => !isOther(column, index)),
    others: columns.filter(isOther),
  }
}

/** Columns with their types: `power double, event_date varchar`. */
export function columnsText(columns: readonly HiveColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(', ')
}
