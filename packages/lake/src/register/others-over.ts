import { query, QueryError, type SqlEngine } from '@minilake/analytics'
import { lakeNames, qualifiedName, quoteLiteral, type Table } from '@minilake/schema'
import { nameOf, placeIn } from './check-places.js'
import { placeOf } from './look-at-catalog.js'

/**
 * Other tables of the lake's schema whose location is that of a table, or in it, each with its location: whoever removes files of one table
 * removes them from the other.
 */
export async function othersOver(
  table: Table,
  { engine, location, signal }: { engine: SqlEngine; location: string; signal: AbortSignal },
): Promise<string[]> {
  const tables = query(
    `SELECT table_name FROM ${qualifiedName(lakeNames.catalog, 'information_schema', 'tables')}\nWHERE table_schema = ${quoteLiteral(lakeNames.schema)} AND table_type = 'BASE TABLE' AND table_name <> ${quoteLiteral(table.name)} ORDER BY table_name`,
    { table_name: { type: 'varchar' } },
  )
  const place = placeIn(location, table)
  const names: string[] = []
  for await (const { table_name: name } of engine.query(tables, { signal })) names.push(name)
  const others: string[] = []
  for (const name of names) {
    const other = await placeOf({ name }, engine, signal).catch((error: unknown) => {
      if (error instanceof QueryError) return undefined // it is gone, or Trino cannot read its entry
      throw error
    })
    if (other?.place?.startsWith(place)) others.push(`${nameOf({ name })} over ${other.place}`)
  }
  return others
}
