import type { Table } from '@minilake/schema'
import type { ColumnChanges } from '../register/rewrite-mark.js'
import { UsageError } from '../usage-error.js'

/** Throws a UsageError for changes that a definition contradicts. */
export function checkChanges(table: Table, { map, drop }: ColumnChanges): void {
  const columns = Object.keys(table.columns).join(', ')
  for (const [source, column] of Object.entries(map)) {
    if (!Object.hasOwn(table.columns, column))
      throw new UsageError(
        `\`map\` of ${source} expected a column of table ${table.name} (${columns}), got ${column}`,
      )
    const [other] = Object.entries(map).find(([name, target]) => target === column && name !== source) ?? []
    if (other !== undefined)
      throw new UsageError(`\`map\` expected one column for ${column}, got ${source} and ${other}`)
  }
  for (const name of drop) {
    if (Object.hasOwn(map, name))
      throw new UsageError(`\`drop\` expected columns that \`map\` does not rename, got ${name}`)
    if (Object.hasOwn(table.columns, name) && !Object.values(map).includes(name))
      throw new UsageError(
        `\`drop\` expected columns that table ${table.name} lacks, got ${name}: remove it from the definition first`,
      )
  }
}

/** The given changes and, where they say nothing, those of an interrupted rewriting, as far as they still suit the definition. */
export function withEarlier(table: Table, given: ColumnChanges, earlier: ColumnChanges): ColumnChanges {
  const isOpen = ([source, column]: [string, string]) =>
    Object.hasOwn(table.columns, column) &&
    !Object.values(given.map).includes(column) &&
    !given.drop.includes(source)
  const map = { ...Object.fromEntries(Object.entries(earlier.map).filter(isOpen)), ...given.map }
  const isGone = (name: string) =>
    !Object.hasOwn(map, name) && (!Object.hasOwn(table.columns, name) || Object.values(map).includes(name))
  return { map, drop: [...new Set([...earlier.drop.filter(isGone), ...given.drop])] }
}
