import type { SqlEngine } from '@minilake/analytics'
import { sqlTableName, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { nameOf, placeIn } from './check-places.js'
import { lookAtCatalog } from './look-at-catalog.js'

/** Trino, and what a refusal says was not done. */
interface Unregistering {
  servers: NonNullable<LakeBackend['servers']>
  /** Such as 'dropped'. */
  undone: string
  signal: AbortSignal
}

/**
 * Whether Trino's catalog has a table. Throws an Error for one whose files Trino manages, as dropping it would remove them, and for one at
 * another location.
 */
export async function isRegistered(table: Table, { servers, ...how }: Unregistering): Promise<boolean> {
  return withCatalog(servers, (engine) => isOwn(table, engine, { servers, ...how }))
}

/** Takes a table out of Trino's catalog; its files stay. Does nothing if it is not registered. Throws an Error as `isRegistered` does. */
export async function unregisterTable(table: Table, { servers, ...how }: Unregistering): Promise<void> {
  await withCatalog(servers, async (engine) => {
    if (await isOwn(table, engine, { servers, ...how }))
      await engine.execute(`DROP TABLE IF EXISTS ${sqlTableName(table)}`)
  })
}

async function isOwn(
  table: Table,
  engine: SqlEngine,
  { servers, undone, signal }: Unregistering,
): Promise<boolean> {
  const { columns, places } = await lookAtCatalog([table], engine, signal)
  if (!columns.has(table.name)) return false
  const [place, wanted] = [places.get(table.name), placeIn(servers.location, table)]
  if (place === wanted) return true
  throw new Error(
    `nothing was ${undone}: table ${nameOf(table)} expected an external table over ${wanted}, got one ${place === undefined ? 'whose files Trino manages, which DROP TABLE would remove' : `over ${place}`}: it is not this lake's`,
  )
}

async function withCatalog<R>(
  servers: Unregistering['servers'],
  work: (engine: SqlEngine) => Promise<R>,
): Promise<R> {
  const engine = await servers.openCatalogEngine()
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
