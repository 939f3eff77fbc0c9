import { freeSql, query, QueryError, type SqlEngine } from '@minilake/analytics'
import type { HiveColumn } from '@minilake/catalog'
import {
  lakeNames,
  parsePartitionPath,
  partitionPath,
  partitionsOf,
  qualifiedName,
  quoteLiteral,
  sqlTableName,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import { isTableGone } from './is-table-gone.js'

/** What Trino's catalog knows of a lake's tables. */
export interface CatalogEntries {
  /** Columns of each table, in order. */
  columns: Map<string, HiveColumn[]>
  hasSchema: boolean
  /** Where each table's files are, with a slash at its end; undefined for a Hive table whose files Trino manages. */
  places: Map<string, string | undefined>
  /** Names of the tables that are Iceberg's. */
  iceberg: Set<string>
  /** The partitions of each partitioned table, as folders below the table's: `event_date=2026-01-01`. */
  partitions: Map<string, Set<string>>
}

/** Looks up the tables and their partitions. */
export async function lookAtCatalog(
  tables: readonly Table[],
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<CatalogEntries> {
  const schema = quoteLiteral(lakeNames.schema)
  const found: CatalogEntries = {
    columns: new Map(),
    hasSchema: false,
    places: new Map(),
    iceberg: new Set(),
    partitions: new Map(),
  }
  const schemata = query(`SELECT schema_name FROM ${information('schemata')} WHERE schema_name = ${schema}`, {
    schema_name: { type: 'varchar' },
  })
  for await (const _row of engine.query(schemata, { signal })) found.hasSchema = true
  if (!found.hasSchema) return found

  found.columns = await columnsInCatalog(tables, engine, signal)
  for (const table of tables.filter(({ name }) => found.columns.has(name))) {
    const { place, isIceberg } = await placeOf(table, engine, signal)
    found.places.set(table.name, place)
    if (isIceberg) found.iceberg.add(table.name)
    if (isIceberg || partitionsOf(table).length === 0) continue
    found.partitions.set(table.name, await registeredPartitions(table, { engine, signal }))
  }
  return found
}

/** The location of a registered table; undefined for a Hive table whose files Trino manages. Rejects with an Error for a view. */
export async function placeOf(
  table: Pick<Table, 'name'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<{ place: string | undefined; isIceberg: boolean }> {
  let statement = ''
  try {
    for await (const row of engine.query(freeSql(`SHOW CREATE TABLE ${sqlTableName(table)}`), { signal }))
      statement = Object.values(row).map(String).join('')
  } catch (cause) {
    if (!(cause instanceof QueryError && cause.message.includes('is a view, not a table'))) throw cause
    throw new Error(
      `nothing was changed: ${lakeNames.catalog}.${lakeNames.schema}.${table.name} expected a table, got a view: give the table another name, or the view (ALTER VIEW ${sqlTableName(table)} RENAME TO …)`,
      { cause },
    )
  }
  // The statement names the catalog that the table is in.
  const isIceberg = statement.startsWith(`CREATE TABLE ${lakeNames.icebergCatalog}.`)
  const [, text] =
    (isIceberg ? /\n {3}location = '((?:[^']|'')*)'/ : /\bexternal_location = '((?:[^']|'')*)'/).exec(
      statement,
    ) ?? []
  return { place: text?.replaceAll("''", "'").replace(/\/?$/, '/'), isIceberg }
}

/** The partitions of a table in Trino, as folders below the table's: `event_date=2026-01-01`. None for a table that Trino does not know. */
export async function registeredPartitions(
  table: Table,
  { engine, signal }: { engine: SqlEngine; signal: AbortSignal },
): Promise<Set<string>> {
  const partitions = qualifiedName(lakeNames.catalog, lakeNames.schema, `${table.name}$partitions`)
  const folders = new Set<string>()
  try {
    for await (const row of engine.query(freeSql(`SELECT * FROM ${partitions}`), { signal }))
      folders.add(folderOf(row as Record<string, string | null>))
  } catch (error) {
    // A table of this name that is not partitioned has no such view.
    if (!isTableGone(error)) throw error
  }
  return folders
}

const nullFolder = '__HIVE_DEFAULT_PARTITION__'

/** The folder of a partition below its table's; Hive has a folder of its own for a missing value. */
function folderOf(values: Record<string, string | null>): string {
  const folders = Object.entries(values).map(([name, value]) =>
    value === null ? `${name}=${nullFolder}` : partitionPath({ [name]: value }).slice(0, -1),
  )
  return folders.join('/')
}

/**
 * Whether the folder of a data file can be a partition in Trino's catalog. It looks for the files of a partition in the folder that Hive
 * would create, so not in `event_date=/` or `event_date=2026-01-01 00:00:00/`, which other programs may have written.
 */
export function isCatalogFolder(table: Table, folder: string): boolean {
  const path = folder.slice(tablePrefix(table).length)
  const values = Object.entries(parsePartitionPath(path))
  if (values.some(([, value]) => value === '' || value.includes('\0'))) return false
  return (
    `${folderOf(Object.fromEntries(values.map(([name, value]) => [name, value === nullFolder ? null : value])))}/` ===
    path
  )
}

/** The columns of the tables that are registered, by table. */
export async function columnsInCatalog(
  tables: readonly Table[],
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<CatalogEntries['columns']> {
  const found: CatalogEntries['columns'] = new Map()
  if (tables.length === 0) return found
  const names = tables.map(({ name }) => quoteLiteral(name)).join(', ')
  // The column `comment` exists in Trino's information_schema, although it is not listed there.
  const columns = query(
    `SELECT table_name, column_name, data_type, comment FROM ${information('columns')}\nWHERE table_schema = ${quoteLiteral(lakeNames.schema)} AND table_name IN (${names}) ORDER BY table_name, ordinal_position`,
    {
      table_name: { type: 'varchar' },
      column_name: { type: 'varchar' },
      data_type: { type: 'varchar' },
      comment: { type: 'varchar', nullable: true },
    },
  )
  for await (const row of engine.query(columns, { signal })) {
    const known = found.get(row.table_name) ?? []
    const column: HiveColumn = { name: row.column_name, type: row.data_type }
    if (row.comment !== null) column.comment = row.comment
    found.set(row.table_name, [...known, column])
  }
  return found
}

function information(view: string): string {
  return qualifiedName(lakeNames.catalog, 'information_schema', view)
}
