import type { SqlEngine } from '@minilake/analytics'
import { icebergTableName, unregisterIcebergTable } from '@minilake/catalog'
import { sqlTableName, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { nameOf, placeIn } from './check-places.js'
import { lookAtCatalog } from './look-at-catalog.js'
import { otherFormat } from './other-format.js'
import { checkNoneOver } from './others-over.js'
import { withCatalog } from './with-catalog.js'

/** Trino, and what a refusal says was not done. */
interface Unregistering {
  servers: NonNullable<LakeBackend['servers']>
  /** Such as 'dropped'. */
  undone: string
  signal: AbortSignal
}

/**
 * Whether Trino's catalog has a table. Throws an Error for one whose files Trino manages, as dropping it would remove them, and for one at
 * another location; with `data`, also if another table of the schema reads its files.
 */
export async function isRegistered(
  table: Table,
  { servers, data = false, ...how }: Unregistering & { data?: boolean },
): Promise<boolean> {
  const isThere = await withCatalog(servers, (engine) => isOwn(table, engine, { servers, ...how }))
  if (data) await checkNoneOver(table, { servers }, how)
  return isThere
}

/** A table with the format that Trino's catalog has it in; the table itself if it is not there. */
export function inFormatOfCatalog(
  table: Table,
  servers: Unregistering['servers'],
  signal: AbortSignal,
): Promise<Table> {
  return withCatalog(servers, async (engine) => {
    const { iceberg } = await lookAtCatalog([table], engine, signal)
    return iceberg.has(table.name) ? { ...table, format: 'iceberg' } : table
  })
}

/**
 * Takes a table out of Trino's catalog; its files stay, except with `data` those of an Iceberg table: Trino wrote them, and only its key may
 * delete below `iot_dw/`. Does nothing if it is not registered. Throws an Error as `isRegistered` does.
 */
export async function unregisterTable(
  table: Table,
  { servers, data = false, ...how }: Unregistering & { data?: boolean },
): Promise<void> {
  await withCatalog(servers, async (engine) => {
    if (!(await isOwn(table, engine, { servers, ...how }))) return
    if (table.format !== 'iceberg') await engine.execute(`DROP TABLE IF EXISTS ${sqlTableName(table)}`)
    else if (data) await engine.execute(`DROP TABLE IF EXISTS ${icebergTableName(table)}`)
    else await engine.execute(unregisterIcebergTable(table))
  })
}

async function isOwn(
  table: Table,
  engine: SqlEngine,
  { servers, undone, signal }: Unregistering,
): Promise<boolean> {
  const { columns, places, iceberg } = await lookAtCatalog([table], engine, signal)
  if (!columns.has(table.name)) return false
  const other = otherFormat(table, iceberg.has(table.name))
  if (other !== undefined) throw new Error(`nothing was ${undone}: ${other}`)
  const [place, wanted] = [places.get(table.name), placeIn(servers.location, table)]
  if (place === wanted) return true
  throw new Error(
    `nothing was ${undone}: table ${nameOf(table)} expected ${table.format === 'iceberg' ? 'an Iceberg' : 'an external'} table over ${wanted}, got one ${place === undefined ? 'whose files Trino manages, which DROP TABLE would remove' : `over ${place}`}: it is not this lake's`,
  )
}
