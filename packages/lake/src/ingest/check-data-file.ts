import { open } from 'node:fs/promises'
import { describeSystemError, type LocalFile } from '@minilake/ingest'
import { checkFooter, type Footer, readFooter } from '@minilake/parquet'
import { isDataFileKey, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import { partitionFault } from '../files/partition-fault.js'
import { suggestion } from '../nearest-name.js'

/**
 * Throws an Error in one sentence when a file is not a data file of one of the tables: because of its path, of its footer, or of rows
 * that belong in another partition.
 */
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
    const partitions = partitionsOf(table).map(([name]) => `${name}=…/`)
    throw new Error(
      `${path} is not where the engine finds files of table ${table.name}: expected ${tablePrefix(table)}${partitions.join('')}….parquet`,
    )
  }
  try {
    const footer = await localFooter(path)
    checkFooter(table, footer)
    const misplaced = partitionFault(table, key, footer)
    if (misplaced !== undefined) throw new Error(misplaced)
  } catch (cause) {
    throw new Error(`${path}: ${describeSystemError(cause)}`, { cause })
  }
}

/** The footer of a local file. Rejects as `readFooter` does, and when the file cannot be read. */
export async function localFooter(path: string): Promise<Footer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    return await readFooter({
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(end - start)
        const { bytesRead } = await file.read(bytes, { position: start })
        return bytes.buffer.slice(0, bytesRead)
      },
    })
  } finally {
    await file.close()
  }
}
