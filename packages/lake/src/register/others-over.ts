import { query, QueryError, type SqlEngine } from '@minilake/analytics'
import { lakeNames, qualifiedName, quoteLiteral, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { nameOf, placeIn } from './check-places.js'
import { placeOf } from './look-at-catalog.js'
import { withCatalog } from './with-catalog.js'

/** Where a table of the lake's schema has its files: the URL of a folder. */
export interface TablePlace {
  name: string
  place: string
}

/** The places of all tables of the lake's schema. One whose entry Trino cannot read is left out. */
export async function tablePlaces(engine: SqlEngine, signal: AbortSignal): Promise<TablePlace[]> {
  const tables = query(
    `SELECT table_name FROM ${qualifiedName(lakeNames.catalog, 'information_schema', 'tables')}\nWHERE table_schema = ${quoteLiteral(lakeNames.schema)} AND table_type = 'BASE TABLE' ORDER BY table_name`,
    { table_name: { type: 'varchar' } },
  )
  const names: string[] = []
  for await (const { table_name: name } of engine.query(tables, { signal })) names.push(name)
  const places: TablePlace[] = []
  for (const name of names) {
    const found = await placeOf({ name }, engine, signal).catch((error: unknown) => {
      if (error instanceof QueryError) return undefined // it is gone, or its entry cannot be read
      throw error
    })
    if (found?.place !== undefined) places.push({ name, place: found.place })
  }
  return places
}

/**
 * Other tables whose files are also those of a table, because one location is the other or lies in it: whoever removes files of one table
 * removes them from the other. Each as `hive.iot_dw.copy over s3://…`.
 */
export function othersOver(table: Table, location: string, places: readonly TablePlace[]): string[] {
  const own = inS3(placeIn(location, table))
  return places
    .filter(({ name, place }) => name !== table.name && isWithin(inS3(place), own))
    .map(({ name, place }) => `${nameOf({ name })} over ${place}`)
}

function isWithin(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

/** Spark and older Hives write `s3a://` or `s3n://` for the same place. */
function inS3(place: string): string {
  return place.replace(/^s3[an]:/, 's3:')
}

/** Throws an Error, before files of a table are removed or replaced, if another table of the lake's schema reads them. */
export async function checkNoneOver(
  table: Table,
  { servers }: Pick<LakeBackend, 'servers'>,
  { undone, signal }: { undone: string; signal: AbortSignal },
): Promise<void> {
  if (servers === undefined) return
  const places = await withCatalog(servers, (engine) => tablePlaces(engine, signal))
  const [other] = othersOver(table, servers.location, places)
  if (other !== undefined) throw new Error(sharedFiles(table, other, undone))
}

/** What a refusal says of a table whose files another one reads, too. */
export function sharedFiles(table: Pick<Table, 'name'>, other: string, undone: string): string {
  return `nothing was ${undone}: the data files of ${nameOf(table)} are also those of ${other}: drop that table first (DROP TABLE keeps the files of an external one)`
}
