import { type Column, type ColumnName, type ColumnNameOfType, columnsOf, type Table } from '@minilake/schema'

/** What names the source of a reading where nothing else is said: the table's texts, such as `pump_id`. */
export type IdentityName<T extends Table> = ColumnNameOfType<T, 'varchar'>

/**
 * The columns that tell the sources of a table's readings apart, with their definitions. Default: those of type varchar.
 * Throws a TypeError for a column that the table does not have, or that is one of `taken`.
 */
export function identityColumns<T extends Table>(
  table: T,
  by: readonly ColumnName<T>[] = varcharColumns(table),
  taken: readonly string[] = [],
): [name: string, column: Column][] {
  return [...new Set(by)].map((name) => {
    const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
    if (column === undefined || taken.includes(name)) {
      const found = column === undefined ? 'no such column' : 'a column that the result has already'
      throw new TypeError(
        `table ${table.name} expected columns that tell its sources apart, got ${name} (${found})`,
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
