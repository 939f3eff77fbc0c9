import {
  columnsOf,
  type ColumnType,
  lakeLocation,
  lakeNames,
  partitionsOf,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  sqlTableName,
  type Table,
  tablePrefix,
} from '@minilake/schema'

/** Trino's name of each column type on a Hive table. */
const hiveTypes: Record<ColumnType, string> = {
  // A Hive TIMESTAMP is timestamp(3) in Trino unless told otherwise: finer values would be rounded.
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  double: 'DOUBLE',
  real: 'REAL',
  bigint: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  varchar: 'VARCHAR',
}

/** Partition columns are text: keys of other types have bugs (trino#5092, trino#3002). */
const partitionType = 'VARCHAR'

/** A column of a table as Trino lists it. */
export interface HiveColumn {
  name: string
  /** In full: `timestamp(3)`. */
  type: string
  comment?: string
}

/** A table's columns as Trino lists them, partition columns last. */
export function hiveColumns(table: Table): HiveColumn[] {
  return [
    ...columnsOf(table).map(([name, { type, comment }]) => ({
      name,
      type: listedType(hiveTypes[type]),
      ...(comment !== undefined && { comment }),
    })),
    ...partitionsOf(table).map(([name, { from, by }]) => ({
      name,
      type: listedType(partitionType),
      comment: partitionComment(from, by),
    })),
  ]
}

/** The statement that gives a column of a table that is there its comment. */
export function hiveColumnComment(table: Table, { name, comment }: HiveColumn): string {
  const text = comment === undefined ? 'NULL' : quoteLiteral(comment)
  return `COMMENT ON COLUMN ${sqlTableName(table)}.${quoteIdentifier(name)} IS ${text}`
}

function partitionComment(from: string, by: string): string {
  return `${by} of ${from}, UTC`
}

/** Trino writes types in lower case, and the precision of a timestamp with it. */
function listedType(type: string): string {
  return type === 'TIMESTAMP' ? 'timestamp(3)' : type.toLowerCase()
}

/** Where the lake's bucket is for Trino. */
export interface HiveOptions {
  /** The bucket's root as a URL. Default 's3://iot-time-series/'. */
  location?: string
}

/**
 * The statements that make tables known to Trino's Hive connector: the schema, per table an external table over its
 * prefix, and for a partitioned one the partitions found there. Each can be run again without harm.
 */
export function hiveStatements(
  tables: readonly Table[],
  { location = lakeLocation }: HiveOptions = {},
): string[] {
  const root = location.endsWith('/') ? location : `${location}/`
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${quoteLiteral(`${root}${lakeNames.schema}/`)})`,
    ...tables.flatMap((table) => [externalTable(table, root), ...syncPartitions(table)]),
  ]
}

function externalTable(table: Table, root: string): string {
  const partitions = partitionsOf(table)
  const columns = [
    ...columnsOf(table).map(([name, { type, comment }]) => columnText(name, hiveTypes[type], comment)),
    ...partitions.map(([name, { from, by }]) => columnText(name, partitionType, partitionComment(from, by))),
  ]
  const properties = [
    `format = 'PARQUET'`,
    `external_location = ${quoteLiteral(`${root}${tablePrefix(table)}`)}`,
    ...(partitions.length > 0
      ? [`partitioned_by = ARRAY[${partitions.map(([name]) => quoteLiteral(name)).join(', ')}]`]
      : []),
  ]
  return [
    `CREATE TABLE IF NOT EXISTS ${sqlTableName(table)} (`,
    columns.map((column) => `  ${column}`).join(',\n'),
    ')',
    ...(table.comment === undefined ? [] : [`COMMENT ${quoteLiteral(table.comment)}`]),
    'WITH (',
    properties.map((property) => `  ${property}`).join(',\n'),
    ')',
  ].join('\n')
}

/** FULL adds the partitions whose folder is new and drops those whose folder is gone. */
function syncPartitions(table: Table): string[] {
  if (partitionsOf(table).length === 0) return []
  const [schema, name] = [quoteLiteral(lakeNames.schema), quoteLiteral(table.name)]
  return [
    `CALL ${qualifiedName(lakeNames.catalog, 'system', 'sync_partition_metadata')}(${schema}, ${name}, 'FULL')`,
  ]
}

function columnText(name: string, type: string, comment: string | undefined): string {
  const text = `${quoteIdentifier(name)} ${type}`
  return comment === undefined ? text : `${text} COMMENT ${quoteLiteral(comment)}`
}
