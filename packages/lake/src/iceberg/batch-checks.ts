import type { TrinoEngine } from '@minilake/analytics/trino'
import { stagedChecksums } from '@minilake/catalog'
import { columnsOf, type Table } from '@minilake/schema'
import { rowsOfQuery } from './rows-of-query.js'
import type { BatchChecks } from './change-record.js'
import type { IcebergFile } from './iceberg-file.js'

/** What the rows of staged files are, by their footers and by Trino. Rejects with an Error if Trino reads another number of rows from a file. */
export async function batchChecks(
  table: Table,
  engine: TrinoEngine,
  { staging, files, signal }: { staging: string; files: readonly IcebergFile[]; signal: AbortSignal },
): Promise<BatchChecks[]> {
  const of = columnsOf(table).map(([name]) => name)
  const read = new Map<string, { rows: number; hex: string }>()
  for (const { batch, rows, checksum } of await rowsOfQuery(engine, stagedChecksums(table, staging), signal))
    read.set(String(batch), { rows: Number(rows), hex: String(checksum) })
  return files.map(({ file: { key }, batch, rows, columns }) => {
    const found = read.get(batch)
    if ((found?.rows ?? 0) !== rows)
      throw new Error(
        `table ${table.name} was not changed: ${key} has ${rows} rows, but Trino reads ${found?.rows ?? 0} of them: try again, else see minilake doctor --deep`,
      )
    return { key, batch, rows, columns, ...(found && { checksum: { of, hex: found.hex } }) }
  })
}
