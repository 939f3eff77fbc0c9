import { columnsOf, type Table } from '@minilake/schema'
import type { SchemaElement } from 'hyparquet'
import { describeElement, schemaElements } from '../file/schema-elements.js'
import type { Footer } from './read-footer.js'

/**
 * Throws a TypeError when a file's footer does not fit a table: every column of the table must be there with its type
 * and time unit, and no other. An OPTIONAL column of the file fits one that is not nullable if no value is missing.
 */
export function checkFooter(table: Table, footer: Footer): void {
  const mismatch = `does not fit table ${table.name}`
  const found = new Map(footer.columns.map((column) => [column.name, column]))
  const elements = new Map(schemaElements(table).map((element) => [element.name, element]))
  for (const [name, { nullable }] of columnsOf(table)) {
    const column = found.get(name)
    if (column === undefined) {
      throw new TypeError(
        `${mismatch}: column ${name} is missing, the file has ${[...found.keys()].join(', ')}`,
      )
    }
    const expected = describeElement(elements.get(name) as SchemaElement)
    if (column.type !== expected) {
      throw new TypeError(`${mismatch}: column ${name} expected ${expected}, got ${column.type}`)
    }
    if (!nullable && column.nullable && column.nullCount !== 0 && footer.rowCount > 0) {
      throw new TypeError(
        `${mismatch}: column ${name} expected a value in every row, got ${column.nullCount ?? 'an unknown number of'} without`,
      )
    }
  }
  const extra = [...found.keys()].filter((name) => !Object.hasOwn(table.columns, name))
  if (extra.length > 0) throw new TypeError(`${mismatch}: it has the further columns ${extra.join(', ')}`)
}
