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
  /** Keys of the data files of a table, by its name, where its view shall read only those. Default: all files in the table's folder. */
  files?: ReadonlyMap<string, readonly string[]>
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
  { root, emptyTables = [], files = new Map() }: DuckDbOptions,
): string[] {
  const empty = new Set(emptyTables)
  for (const [name, keys] of files) if (keys.length === 0) empty.add(name)
  return [
    `ATTACH IF NOT EXISTS ':memory:' AS ${quoteIdentifier(lakeNames.catalog)}`,
    `CREATE SCHEMA IF NOT EXISTS ${qualifiedName(lakeNames.catalog, lakeNames.schema)}`,
    ...tables.flatMap((table) => [
      `CREATE OR REPLACE VIEW ${sqlTableName(table)} AS\n${empty.has(table.name) ? noRows(table) : rowsOf(table, root, files.get(table.name))}`,
      ...comments(table),
    ]),
  ]
}

/** A glob for DuckDB that matches a table's files: one folder level per partition, without hidden files. */
export function filesGlob(table: Table, root: string): string {
  const levels = partitionsOf(table).map(([name]) => `${globText(name)}=*/`)
  return `${globText(rootFolder(root))}${tablePrefix(table)}${levels.join('')}[!._]*.parquet`
}

/** A root with slashes, one at its end. */
function rootFolder(root: string): string {
  if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(root)) {
    throw new RangeError(`lake root expected an absolute path, got ${JSON.stringify(root)}`)
  }
  if (root.startsWith('/') && root.includes('\\')) {
    throw new RangeError(
      `lake root expected a path without backslashes, which DuckDB reads as slashes, got ${root}`,
    )
  }
  return `${root.replaceAll('\\', '/').replace(/\/$/, '')}/`
}

/**
 * SQL for the rows of a table's files with the file of each and its place there, for DuckDB, which opens the files itself. undefined where a
 * column of the table hides those of DuckDB.
 */
export function duckDbRowsInFileOrder(
  table: Table,
  { root }: Pick<DuckDbOptions, 'root'>,
): { sql: string; file: string; position: string } | undefined {
  const [file, position] = ['file_index', 'file_row_number'] as const // virtual columns of read_parquet
  if ([file, position].some((name) => Object.hasOwn(table.columns, name))) return undefined
  return {
    sql: `(\n${rowsOf(table, root, undefined, [file, position])}\n) AS "rows of files"`,
    file,
    position,
  }
}

function rowsOf(
  table: Table,
  root: string,
  keys: readonly string[] | undefined,
  places: readonly string[] = [],
): string {
  const partitions = partitionValues(table, root)
  const nullable = columnsOf(table).filter(([, column]) => column.nullable)
  const options = [
    // Files written before a nullable column was added lack it. With union_by_name, DuckDB reads the footer of every file to find
    // out; without it, only of the files in the partitions that a query needs. Columns match by name either way.
    ...(nullable.length > 0 ? ['union_by_name = true'] : []),
    partitions.option,
  ]
  const columns = [
    ...columnsOf(table).map((column) => `  ${fileColumn(table, column)}`),
    ...partitions.columns.map((column) => `  ${column}`),
    ...places.map((place) => `  ${place}`),
  ]
  const paths = keys?.map((key) => quoteLiteral(globText(`${rootFolder(root)}${key}`)))
  const place = paths ? `[${paths.join(', ')}]` : quoteLiteral(filesGlob(table, root))
  const files = `read_parquet(${place}, ${options.join(', ')})`
  return `SELECT\n${columns.join(',\n')}\nFROM ${nullable.length > 0 ? withColumns(nullable, files, places) : files}`
}

/** Files of which none may have some columns: an untyped NULL takes the type that a file has. */
function withColumns(
  columns: ReturnType<typeof columnsOf>,
  files: string,
  places: readonly string[],
): string {
  const nulls = columns.map(([name]) => `NULL AS ${quoteIdentifier(name)}`).join(', ')
  return `(\n  SELECT ${nulls} WHERE false\n  UNION ALL BY NAME\n  SELECT ${['*', ...places].join(', ')} FROM ${files}\n)`
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

/** How a view finds the values of the partitions: an option of `read_parquet`, and the columns. */
function partitionValues(table: Table, root: string): { option: string; columns: string[] } {
  const names = partitionsOf(table).map(([name]) => name)
  if (names.length === 0) return { option: 'hive_partitioning = false', columns: [] }
  if (!rootFolder(root).includes('=')) {
    const types = names.map((name) => `${quoteLiteral(name)}: VARCHAR`).join(', ')
    return {
      option: `hive_partitioning = true, hive_types = {${types}}`,
      columns: names.map(quoteIdentifier),
    }
  }
  // hive_partitioning takes values from any folder of the path, also above the lake. DuckDB prunes by conditions on `filename` too, but not
  // where the column has another name.
  const hasOwn = columnsOf(table).some(([name]) => name === 'filename')
  const file = hasOwn ? 'filename of the lake' : 'filename'
  const columns = names.map((name, level) => {
    const folders = names
      .map((each, at) => `${each}=${at === level ? '([^/\\\\]*)' : '[^/\\\\]*'}[/\\\\]`)
      .join('')
    const pattern = quoteLiteral(`[/\\\\]${table.name}[/\\\\]${folders}[^/\\\\]*$`)
    const text = `url_decode(regexp_extract(${quoteIdentifier(file)}, ${pattern}, 1))`
    return `nullif(${text}, '__HIVE_DEFAULT_PARTITION__') AS ${quoteIdentifier(name)}`
  })
  const option = `hive_partitioning = false, filename = ${hasOwn ? quoteLiteral(file) : 'true'}`
  return { option, columns }
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
