import {
  columnsOf,
  type ColumnType,
  globText,
  lakeNames,
  partitionsOf,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  sqlTableName,
  type Table,
  tablePrefix,
} from '@minilake/schema'

/** DuckDB's name of each column type. */
const duckDbTypes: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  double: 'DOUBLE',
  real: 'REAL',
  bigint: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  varchar: 'VARCHAR',
}

/** Where the lake's files are for DuckDB. */
export interface DuckDbOptions {
  /** The bucket's folder, absolute: `/data/lake/iot-time-series` or `C:\data\lake\iot-time-series`. */
  root: string
  /** Names of the tables that have no file yet: a view over no file cannot be made, theirs are empty. Default none. */
  emptyTables?: Iterable<string>
}

/**
 * The statements that make tables known to an in-memory DuckDB under the names they have in Trino: a database `hive`, a
 * schema `iot_dw`, and per table a view over its files, columns by name. They can be run again without harm.
 * Throws a RangeError when the root is not absolute, or holds a backslash that is not Windows' separator.
 */
export function duckDbStatements(
  tables: readonly Table[],
  { root, emptyTables = [] }: DuckDbOptions,
): string[] {
  const empty = new Set(emptyTables)
  return [
    `ATTACH IF NOT EXISTS ':memory:' AS ${quoteIdentifier(lakeNames.catalog)}`,
    `CREATE SCHEMA IF NOT EXISTS ${qualifiedName(lakeNames.catalog, lakeNames.schema)}`,
    ...tables.flatMap((table) => [
      `CREATE OR REPLACE VIEW ${sqlTableName(table)} AS\n${empty.has(table.name) ? noRows(table) : filesOf(table, root)}`,
      ...comments(table),
    ]),
  ]
}

/** A table's files in DuckDB's glob language: hidden files left out, one folder level per partition. */
export function filesGlob(table: Table, root: string): string {
  if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(root)) {
    throw new RangeError(`lake root expected an absolute path, got ${JSON.stringify(root)}`)
  }
  if (root.startsWith('/') && root.includes('\\')) {
    throw new RangeError(
      `lake root expected a path without a backslash, which DuckDB takes for a slash, got ${root}`,
    )
  }
  const folder = root.replaceAll('\\', '/')
  const levels = partitionsOf(table).map(([name]) => `${globText(name)}=*/`)
  return `${globText(folder.replace(/\/$/, ''))}/${tablePrefix(table)}${levels.join('')}[!._]*.parquet`
}

function filesOf(table: Table, root: string): string {
  const partitions = partitionsOf(table)
  const options = [
    // Columns are matched by name anyway. Files from before a nullable column was added lack it; to know of them, DuckDB looks
    // into every file first, else only into those of the partitions that a query asks for.
    ...(columnsOf(table).some(([, { nullable }]) => nullable) ? ['union_by_name = true'] : []),
    partitions.length > 0
      ? `hive_partitioning = true, hive_types = {${partitions.map(([name]) => `${quoteLiteral(name)}: VARCHAR`).join(', ')}}`
      : 'hive_partitioning = false',
  ]
  const columns = [
    ...columnsOf(table).map(
      ([name, { type }]) =>
        `  CAST(${quoteIdentifier(name)} AS ${duckDbTypes[type]}) AS ${quoteIdentifier(name)}`,
    ),
    ...partitions.map(([name]) => `  ${quoteIdentifier(name)}`),
  ]
  return `SELECT\n${columns.join(',\n')}\nFROM read_parquet(${quoteLiteral(filesGlob(table, root))}, ${options.join(', ')})`
}

function noRows(table: Table): string {
  const columns = [
    ...columnsOf(table).map(
      ([name, { type }]) => `  CAST(NULL AS ${duckDbTypes[type]}) AS ${quoteIdentifier(name)}`,
    ),
    ...partitionsOf(table).map(([name]) => `  CAST(NULL AS VARCHAR) AS ${quoteIdentifier(name)}`),
  ]
  return `SELECT\n${columns.join(',\n')}\nWHERE false`
}

function comments(table: Table): string[] {
  const view = sqlTableName(table)
  return [
    ...(table.comment === undefined ? [] : [`COMMENT ON VIEW ${view} IS ${quoteLiteral(table.comment)}`]),
    ...columnsOf(table).flatMap(([name, { comment }]) =>
      comment === undefined
        ? []
        : [`COMMENT ON COLUMN ${view}.${quoteIdentifier(name)} IS ${quoteLiteral(comment)}`],
    ),
  ]
}
