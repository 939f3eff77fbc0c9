import { query, type SqlEngine } from '@minilake/analytics'
import { batchColumn, icebergTableName } from '@minilake/catalog'
import { quoteIdentifier, type Table } from '@minilake/schema'
import { keyDigits } from './batch.js'

/** The number and the bytes of the data files in the current snapshot of an Iceberg table. Trino wrote them, below `iot_dw/`. */
export async function dataFilesOfIceberg(
  table: Table,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<{ files: number; bytes: number }> {
  const counts = query(
    `SELECT count(*) AS "files", coalesce(sum(file_size_in_bytes), 0) AS "bytes"\nFROM ${icebergTableName(table, 'files')}\nWHERE content = 0`,
    { files: { type: 'bigint' }, bytes: { type: 'bigint' } },
  )
  let found = { files: 0, bytes: 0 }
  for await (const { files, bytes } of engine.query(counts, { signal }))
    found = { files: Number(files), bytes: Number(bytes) }
  return found
}

/** Which published data files an Iceberg table has rows of: the `keyDigits` of their keys. */
export async function keysInIceberg(
  table: Table,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const batches = query(`SELECT DISTINCT ${batchKeySql} AS "digits"\nFROM ${icebergTableName(table)}`, {
    digits: { type: 'varchar', nullable: true },
  })
  const known = new Set<string>()
  for await (const { digits } of engine.query(batches, { signal })) if (digits !== null) known.add(digits)
  return known
}

/** The `keyDigits` of the data file that a row came from, in SQL. */
export const batchKeySql = `substr(${quoteIdentifier(batchColumn)}, 1, ${keyDigits('').length})`
