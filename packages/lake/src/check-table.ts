import { isDeepStrictEqual } from 'node:util'
import { defineTable, describeValue, type Table } from '@minilake/schema'
import type { LakeBackend } from './lake-backend.js'
import { inFormatOfCatalog } from './register/unregister-table.js'
import { suggestion } from './nearest-name.js'
import { UsageError } from './usage-error.js'

/** The table itself. Throws a TypeError when the lake has no table of this name, or another definition of it. */
export function checkTable<T extends Table>(tables: readonly Table[], table: T): T {
  if (typeof (table as Partial<Table> | undefined)?.name !== 'string')
    throw new TypeError(`expected a table of this lake, got ${describeValue(table)}`)
  const known = tables.find(({ name }) => name === table.name)
  if (known === undefined) {
    const names = tables.map(({ name }) => name)
    throw new TypeError(
      `expected a table of this lake (${names.join(', ') || 'it has none'}), got ${table.name}${suggestion(table.name, names)}`,
    )
  }
  if (known !== table && !isDeepStrictEqual(known, table))
    throw new TypeError(
      `table ${table.name} has another definition in this lake: open the lake with the same table`,
    )
  return table
}

/** The tables themselves, checked as by `checkTable`. */
export function checkTables(tables: readonly Table[], wanted: readonly Table[]): readonly Table[] {
  return wanted.map((table) => checkTable(tables, table))
}

/**
 * The table to drop, which may be given by its name, also by one that is no longer defined: then only Trino's catalog can know it. Throws
 * a UsageError with the ways out for a table whose columns must be known.
 */
export async function droppedTable(
  { profile, tables, store, servers }: Pick<LakeBackend, 'profile' | 'tables' | 'store' | 'servers'>,
  table: Table | string,
  { data = false, signal }: { data?: boolean; signal: AbortSignal },
): Promise<Table> {
  if (typeof table !== 'string') return checkTable(tables, table)
  const known = tables.find(({ name }) => name === table)
  if (known) return known
  const names = tables.map(({ name }) => name)
  const unknown = `expected a table of this lake (${names.join(', ') || 'it has none'}), got ${table}${suggestion(table, names)}`
  if (profile === 'embedded') throw new UsageError(`drop ${unknown}`)
  if (data)
    throw new UsageError(
      `drop with \`data\` ${unknown}: define it again to drop its files, or drop it without \`data\` and remove ${store.location}/${table}/ with a client of S3`,
    )
  let undefinedTable: Table
  try {
    undefinedTable = defineTable({ name: table, columns: { unknown: { type: 'varchar' } } })
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
  return servers ? inFormatOfCatalog(undefinedTable, servers, signal) : undefinedTable
}
