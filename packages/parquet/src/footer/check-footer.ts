import { columnsOf, type Table } from '@minilake/schema'
import { columnElement, describeElement } from '../file/schema-elements.js'
import type { Footer } from './read-footer.js'

/**
 * Throws a TypeError when a file's footer does not fit a table. The file must have every column of the table that is not nullable, the
 * same types and time units, and no other column. An OPTIONAL column fits a column that is not nullable when no value is missing.
 *
 * @example
 * import { checkFooter, defineTable, readFooter } from '@minilake/parquet'
 *
 * const turbine = defineTable({ name: 'turbine', columns: { power: { type: 'double' } } })
 * const check = async (file: ArrayBuffer) => checkFooter(turbine, await readFooter(file))
 */
export function checkFooter(table: Table, footer: Footer): void {
  const mismatch = `does not fit table ${table.name}`
  const found = new Map(footer.columns.map((column) => [column.name, column]))
  for (const [name, definition] of columnsOf(table)) {
    const column = found.get(name)
    if (column === undefined) {
      if (definition.nullable) continue // it was added to the table after the file was written
      throw new TypeError(
        `${mismatch}: column ${name} is missing, the file has ${[...found.keys()].join(', ')}`,
      )
    }
    const expected = describeElement(columnElement(name, definition))
    if (column.type !== expected) {
      throw new TypeError(`${mismatch}: column ${name} expected ${expected}, got ${column.type}`)
    }
    if (!definition.nullable && column.nullable && column.nullCount !== 0 && footer.rowCount > 0) {
      const got = column.nullCount === 1 ? '1 null' : `${column.nullCount ?? 'an unknown number of'} nulls`
      throw new TypeError(`${mismatch}: column ${name} expected a value in every row, got ${got}`)
    }
  }
  const extra = [...found.keys()].filter((name) => !Object.hasOwn(table.columns, name))
  if (extra.length > 0)
    throw new TypeError(`${mismatch}: the file has columns that the table lacks: ${extra.join(', ')}`)
}
