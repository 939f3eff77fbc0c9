import type { SqlEngine } from '@minilake/analytics'
import {
  batchColumn,
  hiveAddColumn,
  type HiveColumn,
  hiveColumnComment,
  hiveSchema,
  hiveTable,
  icebergAddColumn,
} from '@minilake/catalog'
import { lakeNames, partitionsOf, sqlTableName, type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import {
  type CatalogReport,
  dataFilesOf,
  type LakeBackend,
  type LakeStore,
  type RegisterTablesOptions,
} from '../lake-backend.js'
import { count } from '../text.js'
import { intentFolders } from '../replace/intent.js'
import { addedColumns, catalogColumns, columnsText } from './added-columns.js'
import { checkPlaces, nameOf, placeIn } from './check-places.js'
import { type CatalogEntries, columnsInCatalog, isCatalogFolder, lookAtCatalog } from './look-at-catalog.js'
import { createIcebergTable } from './create-iceberg-table.js'
import { executeUnlessDone } from './execute-unless-done.js'
import { isTableGone } from './is-table-gone.js'
import { otherFormat } from './other-format.js'
import { registerFolders } from './register-folders.js'
import { icebergWayOut, wayOut } from './shape-checks.js'

/** A lake in Trino: its engine, and the URL of its bucket or of a folder in it. */
interface TrinoLake {
  engine: SqlEngine
  location: string
  /** What sets the location, for messages. Default 'profiles.stack.location'. */
  locationName?: string
  signal: AbortSignal
}

/**
 * Registers tables and their partitions with Trino, and adds nullable columns that are new after the last one. A table whose files or
 * whose catalog entry differ from its definition in any other way is left alone and reported. Rejects with an Error, before it changes
 * anything, when all registered tables are elsewhere, and with a QueryError when a statement fails.
 */
export async function registerTables(
  tables: readonly Table[],
  lake: RegisteringLake,
): Promise<CatalogReport> {
  for (let tries = 1; ; tries++) {
    try {
      return await registerOnce(tables, lake)
    } catch (error) {
      // Another process has dropped a table since we looked: look again.
      if (!isTableGone(error) || tries === mostTries) throw error
    }
  }
}

/** How often a table may be dropped while we register it. */
const mostTries = 5

type RegisteringLake = TrinoLake &
  Pick<LakeBackend, 'shapeDifference' | 'store' | 'resumeAfterSeconds'> &
  Pick<RegisterTablesOptions, 'onWait'>

async function registerOnce(tables: readonly Table[], lake: RegisteringLake): Promise<CatalogReport> {
  const { shapeDifference, store, resumeAfterSeconds, onWait, ...trino } = lake
  const { engine, location, signal } = trino
  const before = await lookAtCatalog(tables, engine, signal)
  checkPlaces(tables, before, trino)
  const differences: string[] = []
  const matching: Table[] = []
  for (const table of tables) {
    const shape = await shapeDifference(table)
    const found = shape === undefined ? differencesOf(table, before, location) : [shape]
    differences.push(...found)
    if (found.length === 0) matching.push(table)
  }
  const statements: string[] = []
  const execute = async (statement: string) => {
    signal.throwIfAborted()
    await engine.execute(statement)
    statements.push(statement)
  }
  await executeUnlessDone(hiveSchema({ location }), { execute })
  for (const table of matching) {
    const known = before.columns.get(table.name)
    const isIceberg = table.format === 'iceberg'
    if (known === undefined) {
      if (isIceberg) {
        if (!(await createIcebergTable(table, { location, execute }))) continue
        const rest = await registerOnce(tables, lake)
        const again = `table ${nameOf(table)} registered again, with its snapshots`
        return { ...rest, statements: [...statements, ...rest.statements], changes: [again, ...rest.changes] }
      } else if (partitionsOf(table).length > 0)
        await executeUnlessDone(hiveTable(table, { location }), { execute })
    } else {
      const addColumn = isIceberg ? icebergAddColumn : hiveAddColumn
      for (const name of addedColumns(table, known) ?? [])
        await executeUnlessDone(addColumn(table, name), { execute })
      for (const statement of otherComments(table, before)) await execute(statement)
    }
    if (isIceberg) continue // it has neither folders nor partitions in the catalog
    statements.push(
      ...(await registerFolders(table, { engine, store, location, resumeAfterSeconds, signal, onWait })),
    )
  }
  const after = await lookAtCatalog(matching, engine, signal)
  const changes = before.hasSchema || !after.hasSchema ? [] : [`schema ${schemaName} created`]
  for (const table of matching) changes.push(...changesOf(table, before, after))
  return { statements, changes, differences }
}

/** What changed in a table's catalog entry, one line each. */
function changesOf(table: Table, before: CatalogEntries, after: CatalogEntries): string[] {
  const name = `table ${nameOf(table)}`
  const isNew = !before.columns.has(table.name)
  const newColumns = addedColumns(table, before.columns.get(table.name) ?? catalogColumns(table)) ?? []
  const comments = isNew ? [] : otherComments(table, before)
  const [then, now] = [before.partitions.get(table.name), after.partitions.get(table.name)]
  const [added, gone] = [notIn(then, now), notIn(now, then)]
  return [
    ...(isNew ? [`${name} created`] : []),
    ...newColumns.map((column) => `${name}: new column ${column}`),
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
  { tables, store }: { tables: readonly Table[]; store: LakeStore },
  trino: TrinoLake,
): Promise<string[]> {
  const found = await lookAtCatalog(tables, trino.engine, trino.signal)
  checkPlaces(tables, found, trino)
  const trouble: string[] = []
  for (const table of tables) {
    if (!found.columns.has(table.name)) {
      trouble.push(`table ${nameOf(table)} is missing`)
      continue
    }
    const differences = differencesOf(table, found, trino.location)
    trouble.push(...differences)
    if (differences.length === 0) trouble.push(...missingColumns(table, found.columns))
    if (table.format === 'iceberg' || partitionsOf(table).length === 0) continue
    const stored = new Set<string>()
    for await (const { key } of dataFilesOf(table, store))
      if (isCatalogFolder(table, folderOf(key)))
        stored.add(folderOf(key).slice(tablePrefix(table).length, -1))
    // Whoever changes a partition registers it.
    for (const folder of await intentFolders(store, tablePrefix(table)))
      stored.delete(folder.slice(tablePrefix(table).length, -1))
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

/** How a registered table differs from its definition, one sentence each. */
function differencesOf(
  table: Table,
  { columns, places, iceberg }: CatalogEntries,
  location: string,
): string[] {
  const known = columns.get(table.name)
  if (known === undefined) return []
  const other = otherFormat(table, iceberg.has(table.name))
  if (other !== undefined) return [other]
  const fix = `DROP TABLE ${sqlTableName(table)} keeps its files, and minilake catalog creates it again`
  const [place, wanted] = [places.get(table.name), placeIn(location, table)]
  if (table.format === 'iceberg') {
    if (addedColumns(table, known) === undefined) return [otherColumns(table, known)]
    return place === wanted
      ? []
      : [
          `table ${nameOf(table)} expected the location ${wanted}, got ${place}: correct profiles.stack.location, or give the table another name`,
        ]
  }
  if (place === undefined) {
    // DROP would remove the files of such a table.
    return [
      `table ${nameOf(table)} expected an external table over ${wanted}, got one whose files Trino manages: copy its rows elsewhere before you drop it`,
    ]
  }
  const found: string[] = []
  if (addedColumns(table, known) === undefined)
    found.push(`${otherColumns(table, known)}; if only the catalog is wrong, ${fix}`)
  if (place !== wanted)
    found.push(`table ${nameOf(table)} expected the location ${wanted}, got ${place} (${fix})`)
  return found
}

/**
 * Throws an Error in one sentence when a registered table has other columns than its definition: a query would read wrong values or
 * fail, and when `whyMissing` tells why it is not registered. The catalog does not say which columns are nullable.
 */
export async function checkCatalogColumns(
  tables: readonly Table[],
  engine: SqlEngine,
  whyMissing: (table: Table) => Promise<string | undefined>,
): Promise<void> {
  const entries = await columnsInCatalog(tables, engine, new AbortController().signal)
  for (const table of tables) {
    const known = entries.get(table.name)
    if (known === undefined) {
      const why = await whyMissing(table)
      if (why !== undefined) throw new Error(why)
      continue // the query itself says that the table is missing
    }
    const other = otherFormat(
      table,
      known.some(({ name }) => name === batchColumn),
    )
    if (other !== undefined) throw new Error(other)
    if (addedColumns(table, known) === undefined) throw new Error(otherColumns(table, known))
    const [missing] = missingColumns(table, entries)
    if (missing !== undefined) throw new Error(`${missing}: minilake catalog --profile stack adds it`)
  }
}

/** The columns of the definition that a registered table lacks and that `minilake catalog` would add, one sentence each. */
function missingColumns(table: Table, entries: CatalogEntries['columns']): string[] {
  const added = addedColumns(table, entries.get(table.name) ?? []) ?? []
  return added.map((column) => `table ${nameOf(table)} lacks the column ${column} of its definition`)
}

function otherColumns(table: Table, known: readonly HiveColumn[]): string {
  return `table ${nameOf(table)} expected the columns ${columnsText(catalogColumns(table))}, got ${columnsText(known)}: ${table.format === 'iceberg' ? icebergWayOut(table) : wayOut(table)}`
}

/** The statements that give columns the comments of the definition where they differ. */
function otherComments(table: Table, { columns }: CatalogEntries): string[] {
  const known = new Map(columns.get(table.name)?.map(({ name, comment }) => [name, comment]))
  return catalogColumns(table)
    .filter(({ name, comment }) => known.has(name) && known.get(name) !== comment)
    .map((column) => hiveColumnComment(table, column))
}

const schemaName = `${lakeNames.catalog}.${lakeNames.schema}`

/** The elements of `having` that `lacking` lacks. */
function notIn(lacking: ReadonlySet<string> = new Set(), having: ReadonlySet<string> = new Set()): string[] {
  return [...having].filter((name) => !lacking.has(name))
}
