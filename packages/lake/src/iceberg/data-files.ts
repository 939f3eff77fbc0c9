import { query, type SqlEngine } from '@minilake/analytics'
import { batchColumn, icebergFilesPerDay, icebergTableName } from '@minilake/catalog'
import { partitionPath, partitionsOf, quoteIdentifier, type Table } from '@minilake/schema'
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

/** The data files of each day in the current snapshot of an Iceberg table; `key` names the day as a partition's folder does. */
export async function filesPerDay(
  table: Table,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<{ key: string; files: number; bytes: number }[]> {
  const days = query(icebergFilesPerDay(table, 0), {
    ...{ day: { type: 'varchar' }, files: { type: 'bigint' }, bytes: { type: 'bigint' } },
    ...{ deletes: { type: 'bigint' }, small: { type: 'bigint' } },
  })
  const found: { key: string; files: number; bytes: number }[] = []
  for await (const { day, files, bytes } of engine.query(days, { signal })) {
    const values = day.split('/')
    const partition = Object.fromEntries(partitionsOf(table).map(([name], at) => [name, values[at] ?? '']))
    found.push({ key: partitionPath(partition), files: Number(files), bytes: Number(bytes) })
  }
  return found.filter(({ files }) => files > 0)
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
