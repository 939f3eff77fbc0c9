import { isDeepStrictEqual } from 'node:util'
import { labelTables, type SimulatedTable } from '@minilake/generator'
import type { Table } from '@minilake/schema'

/** Whether one of the tables, whatever its format, is that of a simulated table's labels. Found by its definition. */
export function hasLabels(tables: readonly Table[], { name }: SimulatedTable): boolean {
  return tables.some(({ format: _, ...table }) => isDeepStrictEqual(table, labelTables[name]))
}
