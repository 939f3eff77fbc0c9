import {
  columnsOf,
  type ColumnType,
  lakeLocation,
  lakeNames,
  partitionsOf,
  qualifiedName,
  quoteLiteral,
  type Table,
} from '@minilake/schema'
import { columnText, type HiveColumn } from './column-text.js'
import { folderUrl, type HiveOptions } from './folder-url.js'

/** Trino's name for each column type in an Iceberg table. */
const icebergTypes: Record<ColumnType, string> = {
  timestamp: 'timestamp(6)',
  date: 'date',
  double: 'double',
  real: 'real',
  bigint: 'bigint',
  integer: 'integer',
  boolean: 'boolean',
  varchar: 'varchar',
}

/** The column of an Iceberg table that tells which published data file a row came from. No column of a definition can have its name. */
export const batchColumn = '_batch'

const batch: HiveColumn = {
  name: batchColumn,
  type: icebergTypes.varchar,
  comment: 'published data file that the row came from',
}

/**
 * An Iceberg table's columns as Trino lists them after CREATE TABLE: those of the definition, then `_batch`. Columns that are added later
 * come after it. The table has no partition columns: Iceberg derives days from the timestamps.
 */
export function icebergColumns(table: Table): HiveColumn[] {
  return [
    ...columnsOf(table).map(([name, { type, comment }]) => ({
      name,
      type: icebergTypes[type],
      ...(comment !== undefined && { comment }),
    })),
    { ...batch },
  ]
}

/** Metadata tables of an Iceberg table. */
export type IcebergView = 'snapshots' | 'files' | 'history' | 'refs' | 'all_entries'

/** The quoted name of a table in Trino's Iceberg catalog; with `view`, of one of its metadata tables, such as 'snapshots'. */
export function icebergTableName(table: Table, view?: IcebergView): string {
  const name = view === undefined ? table.name : `${table.name}$${view}`
  return qualifiedName(lakeNames.icebergCatalog, lakeNames.schema, name)
}

/** Where an Iceberg table keeps its files: `s3://iot-time-series/iot_dw/pump`, without a slash at the end. */
export function icebergLocation(table: Table, { location = lakeLocation }: HiveOptions = {}): string {
  return `${folderUrl(location)}${lakeNames.schema}/${table.name}`
}

/**
 * The statement that creates an Iceberg table, unless it exists; `hiveSchema` creates its schema. It is partitioned by the days of the
 * timestamps that the definition's partitions come from. It fails if a Hive table has the name. With `as`, it has this name for now; its
 * location is that of the table.
 */
export function icebergTable(
  table: Table,
  { as = table.name, ...options }: HiveOptions & { as?: string } = {},
): string {
  const days = new Set(partitionsOf(table).map(([, { from, by }]) => `${by}(${from})`))
  const array = (texts: Iterable<string>) => `ARRAY[${[...texts].map(quoteLiteral).join(', ')}]`
  const properties = [
    `format = 'PARQUET'`,
    `location = ${quoteLiteral(icebergLocation(table, options))}`,
    ...(days.size > 0 ? [`partitioning = ${array(days)}`] : []),
    ...(table.sortedBy?.length ? [`sorted_by = ${array(table.sortedBy)}`] : []),
  ]
  return [
    `CREATE TABLE IF NOT EXISTS ${icebergTableName({ ...table, name: as })} (`,
    icebergColumns(table)
      .map(({ name, type, comment }) => `  ${columnText(name, type, comment)}`)
      .join(',\n'),
    ')',
    ...(table.comment === undefined ? [] : [`COMMENT ${quoteLiteral(table.comment)}`]),
    'WITH (',
    properties.map((property) => `  ${property}`).join(',\n'),
    ')',
  ].join('\n')
}

/** The statement that adds a column of the definition to an existing Iceberg table, after its last one. */
export function icebergAddColumn(table: Table, name: string): string {
  const column = columnsOf(table).find(([candidate]) => candidate === name)?.[1]
  if (column === undefined) throw new RangeError(`table ${table.name} has no column ${name}`)
  return `ALTER TABLE ${icebergTableName(table)} ADD COLUMN ${columnText(name, icebergTypes[column.type], column.comment)}`
}

/** The statement that takes an Iceberg table out of the catalog; its files stay. `DROP TABLE` also deletes them. */
export function unregisterIcebergTable(table: Table): string {
  const procedure = qualifiedName(lakeNames.icebergCatalog, 'system', 'unregister_table')
  return `CALL ${procedure}(${quoteLiteral(lakeNames.schema)}, ${quoteLiteral(table.name)})`
}

/** The statement that puts an Iceberg table back into the catalog, with its snapshots, after `unregisterIcebergTable`. */
export function registerIcebergTable(table: Table, options: HiveOptions = {}): string {
  const procedure = qualifiedName(lakeNames.icebergCatalog, 'system', 'register_table')
  const names = [lakeNames.schema, table.name, icebergLocation(table, options)].map(quoteLiteral)
  return `CALL ${procedure}(${names.join(', ')})`
}
