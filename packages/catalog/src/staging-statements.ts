import {
  columnsOf,
  lakeLocation,
  lakeNames,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  type Table,
} from '@minilake/schema'
import { columnText } from './column-text.js'
import { folderUrl, type HiveOptions } from './folder-url.js'
import { hiveTypes } from './hive-statements.js'
import { batchColumn } from './iceberg-statements.js'

/** Key prefix of data files that wait to be put into Iceberg tables. */
export const stagingPrefix = '_staging/'

/** A schema of its own, so that no table of a user has the name of a staging table, and none of them is listed among a user's. */
const stagingSchema = `${lakeNames.schema}_staging`

/** The statement that creates the schema of staging tables, unless it exists. */
export function stagingSchemaStatement({ location = lakeLocation }: HiveOptions = {}): string {
  const place = `${folderUrl(location)}${lakeNames.schema}/${stagingPrefix}`
  return `CREATE SCHEMA IF NOT EXISTS ${qualifiedName(lakeNames.catalog, stagingSchema)} WITH (location = ${quoteLiteral(place)})`
}

/** The statement that creates a staging table: a Hive table over the files below `_staging/<table>/<id>/`. */
export function createStaging(
  table: Table,
  id: string,
  { location = lakeLocation }: HiveOptions = {},
): string {
  const place = `${folderUrl(location)}${stagingPrefix}${table.name}/${id}/`
  const columns = columnsOf(table).map(([name, { type }]) => columnText(name, hiveTypes[type], undefined))
  return `CREATE TABLE ${stagingName(id)} (${columns.join(', ')}) WITH (format = 'PARQUET', external_location = ${quoteLiteral(place)})`
}

/** The statement that removes a staging table; its files stay. */
export function dropStaging(id: string): string {
  return `DROP TABLE IF EXISTS ${stagingName(id)}`
}

/** The rows of a staging table, with the batch of each: the name of its file. */
export function stagedRows(table: Table, id: string): string {
  const columns = columnsOf(table).map(([name]) => quoteIdentifier(name))
  const batch = `regexp_extract("$path", '([^/]+)\\.parquet$', 1) AS ${quoteIdentifier(batchColumn)}`
  return `SELECT ${[...columns, batch].join(', ')} FROM ${stagingName(id)}`
}

function stagingName(id: string): string {
  return qualifiedName(lakeNames.catalog, stagingSchema, stagingTable(id))
}

/** The name of a staging table in its schema. */
export function stagingTable(id: string): string {
  return `rows_${id.replaceAll('-', '_')}`
}
