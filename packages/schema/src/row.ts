import type { Column, ColumnValues } from './column.js'
import type { ColumnName, Table } from './table.js'

/** How a column's value reads in a row: its type's value, or null where the column is nullable. */
export type ValueOf<C extends Column> =
  ColumnValues[C['type']] | (C extends { readonly nullable: true } ? null : never)

/** A row of a table as queries give it: its columns, then its partition columns as text. */
export type Row<T extends Table> = {
  [C in ColumnName<T> | PartitionName<T>]: C extends ColumnName<T> ? ValueOf<T['columns'][C]> : string
}

type PartitionName<T extends Table> = keyof NonNullable<T['partitions']> & string
