import { freeSql, query, QueryError, type SqlEngine } from '@minilake/analytics'
import { type HiveColumn, hiveColumnComment, hiveColumns, hiveStatements } from '@minilake/catalog'
import type { ObjectStore } from '@minilake/ingest'
import {
  lakeNames,
  partitionPath,
  partitionsOf,
  qualifiedName,
  quoteLiteral,
  sqlTableName,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import { type CatalogReport, dataFilesOf } from '../lake-backend.js'
import { count } from '../text.js'

/** A lake in Trino: its engine, and the URL of its bucket or of a folder in it. */
interface TrinoLake {
  engine: SqlEngine
  location: string
  /** What sets the location, for messages. Default 'profiles.stack.location'. */
  locationName?: string
  signal: AbortSignal
}

interface Found {
  /** Columns of each table, in order. */
  columns: Map<string, HiveColumn[]>
  hasSchema: boolean
  /** Where each table's files are; undefined for a table whose files Trino manages. */
  places: Map<string, string | undefined>
  /** The partitions of each partitioned table, as folders below the table's: `event_date=2026-01-01`. */
  partitions: Map<string, Set<string>>
}

/**
 * Registers tables and their partitions with Trino. A table whose catalog entry differs from its definition is left alone and reported.
 * Rejects with an Error, before it changes anything, when all registered tables are elsewhere, and with a QueryError when a statement
 * fails.
 */
export async function registerTables(tables: readonly Table[], trino: TrinoLake): Promise<CatalogReport> {
  const { engine, location, signal } = trino
  const before = await look(tables, engine, signal)
  checkPlaces(tables, before, trino)
  const differences: string[] = []
  const matching: Table[] = []
  for (const table of tables) {
    const found = before.columns.has(table.name) ? differencesOf(table, before, location) : []
    differences.push(...found)
    if (found.length === 0) matching.push(table)
  }
  const statements = hiveStatements(matching, { location })
  for (const table of matching)
    if (before.columns.has(table.name)) statements.push(...otherComments(table, before))
  for (const statement of statements) {
    signal.throwIfAborted()
    await engine.execute(statement)
  }
  const after = await look(matching, engine, signal)
  const changes = before.hasSchema || !after.hasSchema ? [] : [`schema ${schemaName} created`]
  for (const table of matching) changes.push(...changesOf(table, before, after))
  return { statements, changes, differences }
}

/** What changed in a table's catalog entry, one line each. */
function changesOf(table: Table, before: Found, after: Found): string[] {
  const name = `table ${nameOf(table)}`
  const isNew = !before.columns.has(table.name)
  const comments = isNew ? [] : otherComments(table, before)
  const [then, now] = [before.partitions.get(table.name), after.partitions.get(table.name)]
  const [added, gone] = [notIn(then, now), notIn(now, then)]
  return [
    ...(isNew ? [`${name} created`] : []),
    ...(comments.length > 0 ? [`${name}: ${count(comments.length, 'new comment')}`] : []),
    ...(added.length > 0 ? [`${name}: ${count(added.length, 'new partition')}`] : []),
    ...(gone.length > 0 ? [`${name}: ${count(gone.length, 'partition')} gone`] : []),
  ]
}

/**
 * What keeps Trino from reading a lake's tables, one sentence each: a table that is missing or differs from its definition, and
 * partitions that are not registered. Rejects with an Error when all registered tables are elsewhere.
 */
export async function lookAtTables(
  { tables, store }: { tables: readonly Table[]; store: ObjectStore },
  trino: TrinoLake,
): Promise<string[]> {
  const found = await look(tables, trino.engine, trino.signal)
  checkPlaces(tables, found, trino)
  const trouble: string[] = []
  for (const table of tables) {
    if (!found.columns.has(table.name)) {
      trouble.push(`table ${nameOf(table)} is missing`)
      continue
    }
    trouble.push(...differencesOf(table, found, trino.location))
    if (partitionsOf(table).length === 0) continue
    const stored = new Set<string>()
    for await (const { key } of dataFilesOf(table, store))
      stored.add(key.slice(tablePrefix(table).length, key.lastIndexOf('/')))
    const unknown = notIn(found.partitions.get(table.name), stored)
    if (unknown.length > 0) {
      const first = `${store.location}/${tablePrefix(table)}${unknown[0]}`
      trouble.push(
        `table ${nameOf(table)}: ${count(unknown.length, 'partition')} not registered, such as ${first}`,
      )
    }
  }
  return trouble
}

async function look(tables: readonly Table[], engine: SqlEngine, signal: AbortSignal): Promise<Found> {
  const information = (view: string) => qualifiedName(lakeNames.catalog, 'information_schema', view)
  const schema = quoteLiteral(lakeNames.schema)
  const found: Found = { columns: new Map(), hasSchema: false, places: new Map(), partitions: new Map() }
  const schemata = query(`SELECT schema_name FROM ${information('schemata')} WHERE schema_name = ${schema}`, {
    schema_name: { type: 'varchar' },
  })
  for await (const _row of engine.query(schemata, { signal })) found.hasSchema = true
  if (!found.hasSchema) return found

  // The column `comment` exists in Trino's information_schema, although it is not listed there.
  const columns = query(
    `SELECT table_name, column_name, data_type, comment FROM ${information('columns')}\nWHERE table_schema = ${schema} ORDER BY table_name, ordinal_position`,
    {
      table_name: { type: 'varchar' },
      column_name: { type: 'varchar' },
      data_type: { type: 'varchar' },
      comment: { type: 'varchar', nullable: true },
    },
  )
  for await (const row of engine.query(columns, { signal })) {
    const known = found.columns.get(row.table_name) ?? []
    const column: HiveColumn = { name: row.column_name, type: row.data_type }
    if (row.comment !== null) column.comment = row.comment
    found.columns.set(row.table_name, [...known, column])
  }
  for (const table of tables.filter(({ name }) => found.columns.has(name))) {
    found.places.set(table.name, await placeOf(table, engine, signal))
    if (partitionsOf(table).length === 0) continue
    const partitions = qualifiedName(lakeNames.catalog, lakeNames.schema, `${table.name}$partitions`)
    const folders = new Set<string>()
    try {
      for await (const row of engine.query(freeSql(`SELECT * FROM ${partitions}`), { signal }))
        folders.add(partitionPath(row as Record<string, string>).slice(0, -1))
    } catch (error) {
      // A table of this name that is not partitioned has no such view.
      if (!(error instanceof QueryError && error.errorName === 'TABLE_NOT_FOUND')) throw error
    }
    found.partitions.set(table.name, folders)
  }
  return found
}

/** The location of a registered table; undefined for one whose files Trino manages. */
async function placeOf(table: Table, engine: SqlEngine, signal: AbortSignal): Promise<string | undefined> {
  let statement = ''
  for await (const row of engine.query(freeSql(`SHOW CREATE TABLE ${sqlTableName(table)}`), { signal }))
    statement = Object.values(row).map(String).join('')
  const place = /\bexternal_location = '((?:[^']|'')*)'/.exec(statement)?.[1]
  return place === undefined ? undefined : withSlash(place.replaceAll("''", "'"))
}

/**
 * Throws an Error when all registered tables are at another location: then the setting is wrong, or the tables are another lake's, and
 * dropping them is no remedy.
 */
function checkPlaces(
  tables: readonly Table[],
  { places }: Found,
  { location, locationName = 'profiles.stack.location' }: Pick<TrinoLake, 'location' | 'locationName'>,
): void {
  const known = tables.filter(({ name }) => places.has(name))
  const elsewhere = known.flatMap((table) => {
    const place = places.get(table.name)
    return place === undefined || place === placeIn(location, table) ? [] : [{ table, place }]
  })
  const [first] = elsewhere
  if (first === undefined || elsewhere.length < known.length) return
  const names = elsewhere.map(({ table }) => nameOf(table)).join(', ')
  const ending = tablePrefix(first.table)
  const root = first.place.endsWith(`/${ending}`) ? first.place.slice(0, -ending.length) : first.place
  throw new Error(
    `nothing was changed: ${locationName} is ${location}, but the catalog has ${names} at ${root}: correct the location, or give the tables other names if this is a second lake (if the lake has moved: DROP TABLE keeps the files, and minilake catalog then creates the tables at the new location)`,
  )
}

/** Where the files of a table are in a lake. */
function placeIn(location: string, table: Table): string {
  return `${location}${tablePrefix(table)}`
}

/** How a registered table differs from its definition, one sentence each. */
function differencesOf(table: Table, { columns: known, places }: Found, location: string): string[] {
  const name = sqlTableName(table)
  const fix = `DROP TABLE ${name} keeps its files, and minilake catalog creates it again`
  const found: string[] = []
  const [expected, columns] = [hiveColumns(table), known.get(table.name) ?? []].map((list) =>
    list.map((column) => `${column.name} ${column.type}`).join(', '),
  )
  if (expected !== columns)
    found.push(`table ${nameOf(table)} expected the columns ${expected}, got ${columns} (${fix})`)
  const [place, wanted] = [places.get(table.name), placeIn(location, table)]
  if (place === undefined) {
    // DROP would remove the files of such a table.
    return [
      `table ${nameOf(table)} expected an external table over ${wanted}, got one whose files Trino manages: copy its rows elsewhere before you drop it`,
    ]
  }
  if (place !== wanted)
    found.push(`table ${nameOf(table)} expected the location ${wanted}, got ${place} (${fix})`)
  return found
}

/** The statements that give columns the comments of the definition where they differ. */
function otherComments(table: Table, { columns }: Found): string[] {
  const known = new Map(columns.get(table.name)?.map(({ name, comment }) => [name, comment]))
  return hiveColumns(table)
    .filter(({ name, comment }) => known.has(name) && known.get(name) !== comment)
    .map((column) => hiveColumnComment(table, column))
}

const schemaName = `${lakeNames.catalog}.${lakeNames.schema}`

function nameOf(table: Table): string {
  return `${schemaName}.${table.name}`
}

/** The elements of `having` that `lacking` lacks. */
function notIn(lacking: ReadonlySet<string> = new Set(), having: ReadonlySet<string> = new Set()): string[] {
  return [...having].filter((name) => !lacking.has(name))
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
