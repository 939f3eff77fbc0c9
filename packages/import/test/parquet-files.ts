import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { tempFolder } from './read-files.js'

type WriteOptions = Parameters<typeof parquetWriteBuffer>[0]

/** Writes columns with a schema to a new Parquet file, as other programs write them. Returns its path. */
export async function parquetWith(
  schema: NonNullable<WriteOptions['schema']>,
  columnData: WriteOptions['columnData'],
): Promise<string> {
  const root = { name: 'root', num_children: schema.filter(({ name }) => !name.includes('.')).length }
  const path = join(await tempFolder(), 'a.parquet')
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ schema: [root, ...schema], columnData })))
  return path
}
