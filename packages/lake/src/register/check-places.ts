import { icebergLocation } from '@minilake/catalog'
import { lakeNames, type Table, tablePrefix } from '@minilake/schema'
import type { CatalogEntries } from './look-at-catalog.js'

/**
 * Throws an Error when all registered tables are at another location: then the setting is wrong, or the tables are another lake's, and
 * dropping them is no remedy.
 */
export function checkPlaces(
  tables: readonly Table[],
  { places, iceberg }: CatalogEntries,
  { location, locationName = 'profiles.stack.location' }: { location: string; locationName?: string },
): void {
  const known = tables.filter(
    ({ name, format }) => places.has(name) && iceberg.has(name) === (format === 'iceberg'),
  )
  const elsewhere = known.flatMap((table) => {
    const place = places.get(table.name)
    return place === undefined || place === placeIn(location, table) ? [] : [{ table, place }]
  })
  const [first] = elsewhere
  if (first === undefined || elsewhere.length < known.length) return
  const names = elsewhere.map(({ table }) => nameOf(table)).join(', ')
  const ending = placeIn('', first.table)
  const root = first.place.endsWith(`/${ending}`) ? first.place.slice(0, -ending.length) : first.place
  throw new Error(
    `nothing was changed: ${locationName} is ${location}, but the catalog has ${names} at ${root}: correct the location, or give the tables other names if this is a second lake (if the lake has moved: DROP TABLE keeps the files, and minilake catalog then creates the tables at the new location)`,
  )
}

/** Where the files of a table are in a lake. */
export function placeIn(location: string, table: Table): string {
  return table.format === 'iceberg'
    ? `${icebergLocation(table, { location })}/`
    : `${location}${tablePrefix(table)}`
}

/** The name of a table in Trino, unquoted, for messages. */
export function nameOf(table: Pick<Table, 'name'>): string {
  return `${lakeNames.catalog}.${lakeNames.schema}.${table.name}`
}
