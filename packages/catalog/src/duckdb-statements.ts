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

/** DuckDB's name for each column type. */
const duckDbTypes: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  double: 'DOUBLE',
  real: 'FLOAT',
  bigint: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  varchar: 'VARCHAR',
}

/** Options of `duckDbStatements`. */
export interface DuckDbOptions {
  /** Absolute path of the bucket's folder: `/data/lake/iot-time-series` or `C:\data\lake\iot-time-series`. */
  root: string
  /** Names of the tables without files. They become empty views, as DuckDB cannot create a view over no file. Default: none. */
  emptyTables?: Iterable<string>
}

/**
 * The statements that register tables in an in-memory DuckDB under the same names as in Trino: a database `hive`, a schema
 * `iot_dw`, and per table a view over its files that matches columns by name. A nullable column that a file lacks is NULL there;
 * files with a column of another type end a query with an error. They are safe to run again.
 * Throws a RangeError for a root that is not absolute, and for a POSIX path with a backslash.
 *
 * @example
 * ```ts
 * import { duckDbStatements } from '@minilake/catalog'
 * import { pump } from '@minilake/schema'
 *
 * for (const statement of duckDbStatements([pump], { root: '/data/lake/iot-time-series' })) console.log(statement)
 * ```
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

/** A glob for DuckDB that matches a table's files: one folder level per partition, without hidden files. */
export function filesGlob(table: Table, root: string): string {
  if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(root)) {
    throw new RangeError(`lake root expected an absolute path, got ${JSON.stringify(root)}`)
  }
  if (root.startsWith('/') && root.includes('\\')) {
    throw new RangeError(
      `lake root expected a path without backslashes, which DuckDB reads as slashes, got ${root}`,
    )
  }
  const folder = root.replaceAll('\\', '/')
  const levels = partitionsOf(table).map(([name]) => `${globText(name)}=*/`)
  return `${globText(folder.replace(/\/$/, ''))}/${tablePrefix(table)}${levels.join('')}[!._]*.parquet`
}

function filesOf(table: Table, root: string): string {
  const partitions = partitionsOf(table)
  const nullable = columnsOf(table).filter(([, column]) => column.nullable)
  const options = [
    // Files written before a nullable column was added lack it. With union_by_name, DuckDB reads the footer of every file to find
    // out; without it, only of the files in the partitions that a query needs. Columns match by name either way.
    ...(nullable.length > 0 ? ['union_by_name = true'] : []),
    partitions.length > 0
      ? `hive_partitioning = true, hive_types = {${partitions.map(([name]) => `${quoteLiteral(name)}: VARCHAR`).join(', ')}}`
      : 'hive_partitioning = false',
  ]
  const columns = [
    ...columnsOf(table).map((column) => `  ${fileColumn(table, column)}`),
    ...partitions.map(([name]) => `  ${quoteIdentifier(name)}`),
  ]
  const files = `read_parquet(${quoteLiteral(filesGlob(table, root))}, ${options.join(', ')})`
  return `SELECT\n${columns.join(',\n')}\nFROM ${nullable.length > 0 ? withColumns(nullable, files) : files}`
}

/** Files of which none may have some columns: an untyped NULL takes the type that a file has. */
function withColumns(columns: ReturnType<typeof columnsOf>, files: string): string {
  const nulls = columns.map(([name]) => `NULL AS ${quoteIdentifier(name)}`).join(', ')
  return `(\n  SELECT ${nulls} WHERE false\n  UNION ALL BY NAME\n  SELECT * FROM ${files}\n)`
}

/**
 * A column with its type. Files of another type end the query instead of being cast, which would round 1.6 to 2. DuckDB decides this
 * when it plans the query, so that rows and filters cost nothing.
 */
function fileColumn(table: Table, [name, { type, nullable }]: ReturnType<typeof columnsOf>[number]): string {
  const [column, wanted] = [quoteIdentifier(name), duckDbTypes[type]]
  const found = `typeof(${column})`
  const fits = nullable ? `${found} IN ('${wanted}', '"NULL"')` : `${found} = '${wanted}'`
  const text = `column ${name} of table ${table.name} expected files with the type ${wanted}, got `
  return `CAST(CASE WHEN ${fits} THEN ${column} ELSE error(${quoteLiteral(text)} || ${found}) END AS ${wanted}) AS ${column}`
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
