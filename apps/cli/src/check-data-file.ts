import { open } from 'node:fs/promises'
import type { LocalFile } from '@minilake/ingest'
import { checkFooter, readFooter } from '@minilake/parquet'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { suggestion } from './nearest-name.js'

/** Throws an Error in one sentence when a file is not a data file of one of the tables: by its place, then by its footer. */
export async function checkDataFile(tables: readonly Table[], { key, path }: LocalFile): Promise<void> {
  const table = tables.find((candidate) => key.startsWith(tablePrefix(candidate)))
  if (table === undefined) {
    const names = tables.map(({ name }) => name)
    const folder = key.split('/').slice(0, -1).join('/')
    throw new Error(
      `${path} belongs to no table: expected it in a folder of ${names.join(', ')}${suggestion(folder, names)}`,
    )
  }
  if (!isDataFileKey(table, key)) {
    const partitions = Object.keys(table.partitions ?? {}).map((name) => `${name}=…/`)
    throw new Error(
      `${path} is not where a file of table ${table.name} can be read: expected ${tablePrefix(table)}${partitions.join('')}….parquet`,
    )
  }
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const footer = await readFooter({
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(end - start)
        const { bytesRead } = await file.read(bytes, { position: start })
        return bytes.buffer.slice(0, bytesRead)
      },
    })
    checkFooter(table, footer)
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause })
  } finally {
    await file.close()
  }
}
