import { open } from 'node:fs/promises'
import { describeSystemError, type LocalFile } from '@minilake/ingest'
import { checkFooter, type Footer, readFooter } from '@minilake/parquet'
import { isDataFileKey, parsePartitionPath, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
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
    const footer = await footerOf(path)
    checkFooter(table, footer)
    checkPartition(table, key, footer)
  } catch (cause) {
    throw new Error(`${path}: ${describeSystemError(cause)}`, { cause })
  }
}

async function footerOf(path: string): Promise<Footer> {
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

/** Queries would find a row in another day's folder or miss it, depending on their conditions. */
function checkPartition(table: Table, key: string, { rowCount, columns }: Footer): void {
  const values = parsePartitionPath(key)
  for (const [name, { from }] of partitionsOf(table)) {
    const column = columns.find((candidate) => candidate.name === from)
    if (rowCount === 0) continue
    for (const bound of [column?.min, column?.max]) {
      const day =
        bound instanceof Date ? bound.toISOString().slice(0, 10) : `unknown (no statistics of ${from})`
      if (day !== values[name])
        throw new Error(`partition ${name}=${values[name]} expected rows of that day, got ${day}`)
    }
  }
}
