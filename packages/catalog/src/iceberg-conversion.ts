import {
  columnsOf,
  partitionsOf,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  lakeNames,
  sqlTableName,
  type Table,
} from '@minilake/schema'
import { batchColumn, icebergTableName } from './iceberg-statements.js'

/** A data file of a Hive table, by the path that Trino has for it, and the batch that its rows get in an Iceberg table. */
export interface BatchOfPath {
  path: string
  batch: string
}

/** A query for the rows of some data files of a Hive table's partition, each with its batch. */
export function hiveRowsWithBatch(
  hive: Table,
  partition: Readonly<Record<string, string>>,
  files: readonly BatchOfPath[],
): string {
  const columns = columnsOf(hive).map(([name]) => `h.${quoteIdentifier(name)}`)
  const values = files.map(({ path, batch }) => `(${quoteLiteral(path)}, ${quoteLiteral(batch)})`)
  const days = Object.entries(partition).map(
    ([name, value]) => `h.${quoteIdentifier(name)} = ${quoteLiteral(value)}`,
  )
  const where = days.length === 0 ? '' : ` WHERE ${days.join(' AND ')}`
  return `SELECT ${[...columns, `b.${quoteIdentifier(batchColumn)}`].join(', ')} FROM ${sqlTableName(hive)} h JOIN (VALUES ${values.join(', ')}) AS b (path, ${quoteIdentifier(batchColumn)}) ON h."$path" = b.path${where}`
}

/** The statement that removes the rows of batches from an Iceberg table. */
export function icebergRemoveBatches(table: Table, batches: readonly string[]): string {
  return `DELETE FROM ${icebergTableName(table)} WHERE ${quoteIdentifier(batchColumn)} IN (${batches.map(quoteLiteral).join(', ')})`
}

/**
 * What tells the rows of a table, day by day: columns `day` (as in `icebergFilesPerDay`), `rows`, `first`, `last`, and a checksum of each
 * column, whatever the order of the rows. For a Hive table, a day is that of the folder.
 */
export function rowsPerDay(table: Table): string {
  const isIceberg = table.format === 'iceberg'
  const day = partitionsOf(table).map(([name, { from }]) =>
    isIceberg ? `format_datetime(${quoteIdentifier(from)}, 'yyyy-MM-dd')` : quoteIdentifier(name),
  )
  const checks = columnsOf(table).map(([name, { type }]) => {
    const value =
      type === 'timestamp' ? `CAST(${quoteIdentifier(name)} AS TIMESTAMP(6))` : quoteIdentifier(name)
    return `to_hex(checksum(${value})) AS ${quoteIdentifier(`checksum_${name}`)}`
  })
  const time = columnsOf(table).find(([, { type }]) => type === 'timestamp')?.[0]
  const bounds =
    time === undefined
      ? []
      : ['min', 'max'].map(
          (bound) => `CAST(CAST(${bound}(${quoteIdentifier(time)}) AS TIMESTAMP(6)) AS VARCHAR) AS ${bound}`,
        )
  return `SELECT ${[`${day.join(` || '/' || `) || `''`} AS day`, 'count(*) AS rows', ...bounds, ...checks].join(', ')} FROM ${isIceberg ? icebergTableName(table) : sqlTableName(table)} GROUP BY 1 ORDER BY 1`
}

/** The statement that gives a Hive table another name; its files stay where they are. */
export function hiveRename(table: Table, name: string): string {
  return `ALTER TABLE ${sqlTableName(table)} RENAME TO ${qualifiedName(lakeNames.catalog, lakeNames.schema, name)}`
}

/** The statement that gives an Iceberg table another name; its files stay where they are. */
export function icebergRename(table: Table, name: string): string {
  return `ALTER TABLE ${icebergTableName(table)} RENAME TO ${qualifiedName(lakeNames.icebergCatalog, lakeNames.schema, name)}`
}
