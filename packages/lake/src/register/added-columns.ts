import { type HiveColumn, hiveColumns } from '@minilake/catalog'
import { partitionsOf, type Table } from '@minilake/schema'

/**
 * The columns of a table's definition that its catalog entry lacks and that can be added in place: nullable ones after the last. Empty
 * if the entry has the defined columns; undefined if it differs in any other way.
 */
export function addedColumns(table: Table, known: readonly HiveColumn[]): string[] | undefined {
  const partitions = partitionsOf(table).length
  const [defined, listed] = [hiveColumns(table), known].map((columns) => ({
    data: columns.slice(0, columns.length - partitions),
    partitions: columns.slice(columns.length - partitions),
  })) as [Parts, Parts]
  const added = defined.data.slice(listed.data.length)
  const isSame =
    columnsText(defined.data.slice(0, listed.data.length)) === columnsText(listed.data) &&
    columnsText(defined.partitions) === columnsText(listed.partitions)
  if (!isSame || !added.every(({ name }) => table.columns[name]?.nullable)) return undefined
  return added.map(({ name }) => name)
}

interface Parts {
  data: HiveColumn[]
  partitions: HiveColumn[]
}

/** Columns with their types: `power double, event_date varchar`. */
export function columnsText(columns: readonly HiveColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(', ')
}
