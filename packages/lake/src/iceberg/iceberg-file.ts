import { type LocalFile, localFile } from '@minilake/ingest'
import type { ColumnCounts } from '@minilake/parquet'
import { parsePartitionPath, type Table, tablePrefix } from '@minilake/schema'
import { importsOf } from '../files/imports-of.js'
import { checkDataFile, localFooter } from '../ingest/check-data-file.js'
import { batchOf, keyDigits } from './batch.js'

/** A data file on this machine whose rows go into an Iceberg table. */
export interface IcebergFile {
  file: LocalFile
  rows: number
  /** The counts and bounds in its footer; absent in files of other programs. */
  columns: Readonly<Record<string, ColumnCounts>> | undefined
  batch: string
  keyDigits: string
  partition: Readonly<Record<string, string>>
}

/** Looks at a data file. Rejects with an Error in one sentence for one that does not fit the table: Trino would not notice. */
export async function icebergFile(table: Table, file: LocalFile): Promise<IcebergFile> {
  await checkDataFile([table], file)
  const footer = await localFooter(file.path)
  const [importId] = importsOf(footer)
  return {
    file,
    rows: footer.rowCount,
    columns: footer.checks?.columns,
    // A file of another program has no identity of its rows; its bytes stand for them.
    batch: batchOf(file.key, footer.rowsSha256 ?? (await file.sha256()), importId),
    keyDigits: keyDigits(file.key),
    partition: parsePartitionPath(file.key.slice(tablePrefix(table).length)),
  }
}

/** The data files of a folder with these keys. */
export async function icebergFiles(
  table: Table,
  folder: string,
  keys: readonly string[],
): Promise<IcebergFile[]> {
  const files: IcebergFile[] = []
  for (const key of keys) {
    const file = await localFile(folder, key)
    if (file === undefined) throw new Error(`${key} was removed before it was published: try again`)
    files.push(await icebergFile(table, file))
  }
  return files
}
