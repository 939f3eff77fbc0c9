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
import { columnText, type HiveColumn } from './column-text.js'
import { folderUrl, type HiveOptions } from './folder-url.js'
import { syncPartitions } from './hive-partitions.js'
import { icebergTable } from './iceberg-statements.js'

/** Trino's name for each column type in a Hive table. */
export const hiveTypes: Record<ColumnType, string> = {
  // By default Trino reads a Hive TIMESTAMP as timestamp(3) and rounds finer values.
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  double: 'DOUBLE',
  real: 'REAL',
  bigint: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  varchar: 'VARCHAR',
}

/** Text, as Trino has bugs with partition keys of other types (trino#5092, trino#3002). */
const partitionType = 'VARCHAR'

/** A table's columns as Trino should list them, partition columns last. */
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

/** The statement that sets the comment of a column in an existing table. */
export function hiveColumnComment(table: Table, { name, comment }: HiveColumn): string {
  const text = comment === undefined ? 'NULL' : quoteLiteral(comment)
  return `COMMENT ON COLUMN ${sqlTableName(table)}.${quoteIdentifier(name)} IS ${text}`
}

/** The statement that adds a column of the definition to an existing table, after its last one. */
export function hiveAddColumn(table: Table, name: string): string {
  const column = columnsOf(table).find(([candidate]) => candidate === name)?.[1]
  if (column === undefined) throw new RangeError(`table ${table.name} has no column ${name}`)
  return `ALTER TABLE ${sqlTableName(table)} ADD COLUMN ${columnText(name, hiveTypes[column.type], column.comment)}`
}

function partitionComment(from: string, by: string): string {
  return `${by} of ${from}, UTC`
}

/** Trino lists types in lower case, and a timestamp with its precision. */
function listedType(type: string): string {
  return type === 'TIMESTAMP' ? 'timestamp(3)' : type.toLowerCase()
}

/**
 * The statements that register tables in Trino: the schema, an external table over each table's folder, and for a partitioned table a
 * scan for its partitions; for a table of format 'iceberg', an Iceberg table. They are safe to run again, but a scan also registers a partition whose files another
 * program is replacing at that moment.
 *
 * @example
 * ```ts
 * import { hiveStatements } from '@minilake/catalog'
 * import { pump, pumpDaily } from '@minilake/schema'
 *
 * const statements = hiveStatements([pump, pumpDaily], { location: 's3://iot-time-series/' })
 * console.log(statements.join(';\n'))
 * ```
 */
export function hiveStatements(tables: readonly Table[], options: HiveOptions = {}): string[] {
  return [
    hiveSchema(options),
    ...tables.flatMap((table) => {
      if (table.format === 'iceberg') return [icebergTable(table, options)]
      const scan = partitionsOf(table).length === 0 ? [] : [syncPartitions(table, 'FULL')]
      return [hiveTable(table, options), ...scan]
    }),
  ]
}

/** The statement that creates the schema of a lake's tables, unless it exists. */
export function hiveSchema({ location = lakeLocation }: HiveOptions = {}): string {
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  return `CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${quoteLiteral(`${folderUrl(location)}${lakeNames.schema}/`)})`
}

/** The statement that creates an external table over a table's folder, unless it exists. Its partitions are registered by others. */
export function hiveTable(table: Table, { location = lakeLocation }: HiveOptions = {}): string {
  const partitions = partitionsOf(table)
  const columns = [
    ...columnsOf(table).map(([name, { type, comment }]) => columnText(name, hiveTypes[type], comment)),
    ...partitions.map(([name, { from, by }]) => columnText(name, partitionType, partitionComment(from, by))),
  ]
  const properties = [
    `format = 'PARQUET'`,
    `external_location = ${quoteLiteral(`${folderUrl(location)}${tablePrefix(table)}`)}`,
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
