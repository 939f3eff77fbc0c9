import { freeSql, query, type SqlEngine } from '@minilake/analytics'
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

/** A lake in Trino: an engine, and the root of the bucket. */
interface TrinoLake {
  engine: SqlEngine
  location: string
  signal: AbortSignal
}

interface Found {
  /** Columns of each table, in order. */
  columns: Map<string, HiveColumn[]>
  hasSchema: boolean
  /** The partitions of each partitioned table, as folders below its own: `event_date=2026-01-01`. */
  partitions: Map<string, Set<string>>
}

/** Makes tables known to Trino, and says what that changed. Rejects with a QueryError where a statement fails. */
export async function registerTables(
  tables: readonly Table[],
  { engine, location, signal }: TrinoLake,
): Promise<CatalogReport> {
  const statements = hiveStatements(tables, { location })
  const before = await look(tables, engine, signal)
  for (const statement of statements) {
    signal.throwIfAborted()
    await engine.execute(statement)
  }
  const after = await look(tables, engine, signal)
  const changes = before.hasSchema ? [] : [`schema ${schemaName} created`]
  const differences: string[] = []
  for (const table of tables) {
    if (!before.columns.has(table.name)) changes.push(`table ${nameOf(table)} created`)
    else {
      differences.push(...(await differencesOf(table, after, { engine, location, signal })))
      const comments = otherComments(table, after)
      for (const comment of comments) await engine.execute(comment)
      statements.push(...comments)
      if (comments.length > 0)
        changes.push(`table ${nameOf(table)}: ${count(comments.length, 'new comment')}`)
    }
    const [then, now] = [before, after].map(
      ({ partitions }) => partitions.get(table.name) ?? new Set<string>(),
    )
    const [added, gone] = [notIn(then, now), notIn(now, then)]
    if (added.length > 0) changes.push(`table ${nameOf(table)}: ${count(added.length, 'new partition')}`)
    if (gone.length > 0) changes.push(`table ${nameOf(table)}: ${count(gone.length, 'partition')} gone`)
  }
  return { statements, changes, differences }
}

/**
 * What keeps Trino from seeing a lake's tables as they are, a sentence each: a table that is missing or not as defined, partitions that
 * are not registered.
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
    const unknown = notIn(found.partitions.get(table.name) ?? new Set(), stored)
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

  // Trino's information_schema has a comment of columns too, though it does not list it.
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
    for await (const row of engine.query(freeSql(`SELECT * FROM ${partitions}`), { signal })) {
      folders.add(partitionPath(row as Record<string, string>).slice(0, -1))
    }
    found.partitions.set(table.name, folders)
  }
  return found
}

/** How a table that is there differs from its definition. */
async function differencesOf(
  table: Table,
  { columns: known }: Found,
  { engine, location, signal }: TrinoLake,
): Promise<string[]> {
  const name = sqlTableName(table)
  const anew = `DROP TABLE ${name} leaves its files, and minilake catalog makes it anew`
  const found: string[] = []
  const [expected, columns] = [hiveColumns(table), known.get(table.name) ?? []].map((list) =>
    list.map((column) => `${column.name} ${column.type}`).join(', '),
  )
  if (expected !== columns)
    found.push(`table ${nameOf(table)} expected the columns ${expected}, got ${columns} (${anew})`)
  for await (const row of engine.query(freeSql(`SHOW CREATE TABLE ${name}`), { signal })) {
    const [text] = Object.values(row)
    const place = /\bexternal_location = '([^']*)'/.exec(String(text))?.[1]
    const wanted = `${location}${tablePrefix(table)}`
    if (place === undefined) {
      // Of such a table a DROP removes the files, whosever they are.
      return [
        `table ${nameOf(table)} expected an external table over ${wanted}, got one whose files Trino manages: save its rows elsewhere before you drop it`,
      ]
    }
    if (withSlash(place) !== wanted)
      found.push(`table ${nameOf(table)} expected the location ${wanted}, got ${place} (${anew})`)
  }
  return found
}

/** The statements that give a table's columns the comments of its definition, where they have others. */
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

/** What a set has and another lacks. */
function notIn(lacking: ReadonlySet<string> = new Set(), having: ReadonlySet<string> = new Set()): string[] {
  return [...having].filter((name) => !lacking.has(name))
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
