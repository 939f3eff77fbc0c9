import { type Column, type ColumnName, type ColumnNameOfType, columnsOf, type Table } from '@minilake/schema'

/** The columns that identify the source of a reading by default: the table's texts, such as `pump_id`. */
export type IdentityName<T extends Table> = ColumnNameOfType<T, 'varchar'>

/**
 * The columns that identify the source of a reading, with their definitions. Default: those of type varchar.
 * Throws a TypeError for a column that the table lacks or that is in `taken`, the names of other result columns.
 */
export function identityColumns<T extends Table>(
  table: T,
  by: readonly ColumnName<T>[] = varcharColumns(table),
  taken: readonly string[] = [],
): [name: string, column: Column][] {
  return [...new Set(by)].map((name) => {
    const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
    if (column === undefined || taken.includes(name)) {
      const found = column === undefined ? 'no such column' : 'the result already has a column of that name'
      throw new TypeError(
        `table ${table.name} expected columns that identify its sources, got ${name} (${found})`,
      )
    }
    return [name, column]
  })
}

function varcharColumns<T extends Table>(table: T): ColumnName<T>[] {
  return columnsOf(table)
    .filter(([, { type }]) => type === 'varchar')
    .map(([name]) => name)
}
