import type { Column } from './column.js'
import { describeValue } from './describe-value.js'

/** Throws a TypeError unless `key` can identify the rows of a table. */
export function checkKey(
  subject: string,
  key: readonly string[],
  columns: Readonly<Record<string, Column>>,
  partitions: Readonly<Record<string, { readonly from: string }>>,
): void {
  if (!Array.isArray(key) || key.length === 0)
    throw new TypeError(`${subject}: key expected one or more columns, got ${describeValue(key)}`)
  for (const [index, name] of (key as readonly string[]).entries()) {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined
    if (column === undefined) throw new TypeError(`${subject}: key expected a column, got ${name}`)
    if (key.indexOf(name) < index)
      throw new TypeError(`${subject}: key expected each column once, got ${name} twice`)
    if (column.nullable === true)
      throw new TypeError(`${subject}: key expected columns that are not nullable, got ${name}`)
    if (column.type === 'double' || column.type === 'real')
      throw new TypeError(`${subject}: key expected columns without fractions, got ${name} (${column.type})`)
  }
  for (const { from } of Object.values(partitions)) {
    if (!key.includes(from))
      throw new TypeError(
        `${subject}: key expected ${from}, which partitions come from, got ${key.join(', ')}`,
      )
  }
}
