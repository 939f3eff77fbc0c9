import { columnsOf, describeValue, partitionsOf, type Table } from '@minilake/schema'
import { UsageError } from '../usage-error.js'

/** What becomes of the rows that are there when new ones are put into a table. */
export const writeModes = ['append', 'overwrite-partitions', 'merge'] as const

export type WriteMode = (typeof writeModes)[number]

/** Throws a TypeError for an unknown mode, and a UsageError for a mode that the table does not allow. */
export function checkMode(table: Table, mode: WriteMode): void {
  if (!writeModes.includes(mode))
    throw new TypeError(`mode expected ${writeModes.join(', ')}, got ${describeValue(mode)}`)
  if (mode === 'merge' && table.key === undefined) {
    throw new UsageError(
      `mode merge needs the columns that identify a reading, and table ${table.name} has no key: add one to its definition, such as key: ['${keyExample(table).join("', '")}']`,
    )
  }
}

/** Columns that a key may have: those that partitions come from, and one that is never missing. */
function keyExample(table: Table): string[] {
  const sources = new Set(partitionsOf(table).map(([, { from }]) => from))
  const others = columnsOf(table).filter(([name, { nullable }]) => nullable !== true && !sources.has(name))
  return [...others.slice(0, 1).map(([name]) => name), ...sources]
}
