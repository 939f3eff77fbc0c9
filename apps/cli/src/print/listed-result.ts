import type { WritableResult } from '@minilake/lake/format'
import { batchesOf, type Column, type ColumnType, type InputRow, type Table } from '@minilake/schema'

/** Rows that do not come from an engine, as a result that can be printed and written to a file. Any value may be missing. */
export function listedResult<R extends InputRow<Table>>(
  columns: Readonly<Record<string, ColumnType>>,
  rows: () => AsyncIterable<R>,
): WritableResult<R> {
  const types = Object.entries(columns)
  const table: Table = {
    name: 'list',
    columns: Object.fromEntries(
      types.map(([name, type]): [string, Column] => [name, { type, nullable: true }]),
    ),
  }
  return {
    columns: () =>
      Promise.resolve(types.map(([name, type]) => ({ name, type, engineType: type.toUpperCase() }))),
    batches: () => batchesOf(table, rows()),
    [Symbol.asyncIterator]: () => rows()[Symbol.asyncIterator](),
  }
}
