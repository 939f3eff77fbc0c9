import { describeValue, type LakeProfile, type Table } from '@minilake/schema'
import { UsageError } from '../usage-error.js'
import { isIceberg } from './is-iceberg.js'

/** Throws a UsageError with the way out for a table that keeps no history: in the embedded profile, or a Hive table. */
export function checkHistory({ profile }: { readonly profile: LakeProfile }, table: Table): void {
  if (isIceberg({ profile }, table)) return
  throw new UsageError(
    profile === 'stack'
      ? `table ${table.name} is a Hive table, which keeps no snapshots: minilake convert --table ${table.name} makes it an Iceberg table`
      : `table ${table.name} keeps no snapshots in the embedded profile: an Iceberg table on the stack does (--profile stack)`,
  )
}

/** The one table of a query of the past. Throws a TypeError if there are none or several, and as `checkHistory` does. */
export function historyTable(lake: { readonly profile: LakeProfile }, tables: readonly Table[]): Table {
  const [table, ...others] = tables
  if (table === undefined || others.length > 0)
    throw new TypeError(
      `query expected one table in \`tables\` with \`at\` or \`snapshot\`, got ${tables.length}`,
    )
  checkHistory(lake, table)
  return table
}

/** Throws a TypeError unless a snapshot is given by the digits of its ID. */
export function checkSnapshotId(method: string, snapshot: unknown): void {
  if (typeof snapshot !== 'string' || !/^\d{1,19}$/.test(snapshot))
    throw new TypeError(
      `${method} expected the digits of an ID as \`snapshot\`, got ${describeValue(snapshot)}`,
    )
}
