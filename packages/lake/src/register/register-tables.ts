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

/** A lake in Trino: its engine, and the root of the bucket as a URL. */
interface TrinoLake {
  engine: SqlEngine
  location: string
  signal: AbortSignal
}

interface Found {
  /** Columns of each table, in order. */
  columns: Map<string, HiveColumn[]>
  hasSchema: boolean
  /** The partitions of each partitioned table, as folders below the table's: `event_date=2026-01-01`. */
  partitions: Map<string, Set<string>>
}

/**
 * Registers tables and their partitions with Trino. A table whose catalog entry differs from its definition is left alone and reported.
 * Rejects with a QueryError when a statement fails.
 */
export async function registerTables(
  tables: readonly Table[],
  { engine, location, signal }: TrinoLake,
): Promise<CatalogReport> {
  const before = await look(tables, engine, signal)
  const differences: string[] = []
  const matching: Table[] = []
  for (const table of tables) {
    const found = before.columns.has(table.name)
      ? await differencesOf(table, before, { engine, location, signal })
      : []
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
 * partitions that are not registered.
 */
export async function lookAtTables(
  { tables, store }: { tables: readonly Table[]; store: ObjectStore },
  trino: TrinoLake,
): Promise<string[]> {
  const found = await look(tables, trino.engine, trino.signal)
  const trouble: string[] = []
  for (const table of tables) {
    if (!found.columns.has(table.name)) {
      trouble.push(`table ${nameOf(table)} is missing`)
      continue
    }
    trouble.push(...(await differencesOf(table, found, trino)))
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
  const found: Found = { columns: new Map(), hasSchema: false, partitions: new Map() }
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
  for (const table of tables) {
    if (partitionsOf(table).length === 0 || !found.columns.has(table.name)) continue
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

/** How a registered table differs from its definition, one sentence each. */
async function differencesOf(
  table: Table,
  { columns: known }: Found,
  { engine, location, signal }: TrinoLake,
): Promise<string[]> {
  const name = sqlTableName(table)
  const fix = `DROP TABLE ${name} keeps its files, and minilake catalog creates it again`
  const found: string[] = []
  const [expected, columns] = [hiveColumns(table), known.get(table.name) ?? []].map((list) =>
    list.map((column) => `${column.name} ${column.type}`).join(', '),
  )
  if (expected !== columns)
    found.push(`table ${nameOf(table)} expected the columns ${expected}, got ${columns} (${fix})`)
  for await (const row of engine.query(freeSql(`SHOW CREATE TABLE ${name}`), { signal })) {
    const [text] = Object.values(row)
    const place = /\bexternal_location = '([^']*)'/.exec(String(text))?.[1]
    const wanted = `${location}${tablePrefix(table)}`
    if (place === undefined) {
      // DROP would remove the files of such a table.
      return [
        `table ${nameOf(table)} expected an external table over ${wanted}, got one whose files Trino manages: copy its rows elsewhere before you drop it`,
      ]
    }
    if (withSlash(place) !== wanted)
      found.push(`table ${nameOf(table)} expected the location ${wanted}, got ${place} (${fix})`)
  }
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
