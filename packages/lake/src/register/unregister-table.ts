import type { SqlEngine } from '@minilake/analytics'
import { sqlTableName, type Table } from '@minilake/schema'
import { nameOf, placeIn } from './check-places.js'
import { lookAtCatalog } from './look-at-catalog.js'

/**
 * Takes a table out of Trino's catalog; its files stay. Does nothing if it is not registered. Throws an Error for a table whose files Trino
 * manages, as dropping it would remove them, and for one at another location.
 */
export async function unregisterTable(
  table: Table,
  { engine, location, signal }: { engine: SqlEngine; location: string; signal: AbortSignal },
): Promise<void> {
  const { columns, places } = await lookAtCatalog([table], engine, signal)
  if (!columns.has(table.name)) return
  const [place, wanted] = [places.get(table.name), placeIn(location, table)]
  if (place !== wanted)
    throw new Error(
      `nothing was rewritten: table ${nameOf(table)} expected an external table over ${wanted}, got one ${place === undefined ? 'whose files Trino manages' : `over ${place}`}`,
    )
  await engine.execute(`DROP TABLE IF EXISTS ${sqlTableName(table)}`)
}
