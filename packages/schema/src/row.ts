import type { Column, ColumnValues } from './column.js'
import type { ColumnName, Table } from './table.js'

/** A column's value in a row of a query result: the value of its type, or null if the column is nullable. */
export type ValueOf<C extends Column> =
  ColumnValues[C['type']] | (C extends { readonly nullable: true } ? null : never)

/** A row of a table as queries return it: its columns, then its partition columns as text. See `InputRow` for rows to write. */
export type Row<T extends Table> = {
  [C in ColumnName<T> | PartitionName<T>]: C extends ColumnName<T> ? ValueOf<T['columns'][C]> : string
}

type PartitionName<T extends Table> = keyof NonNullable<T['partitions']> & string
