import { randomUUID } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { ResultColumn } from '@minilake/analytics'
import { encodeParquet } from '@minilake/parquet'
import type { Batch, Column, Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import { UsageError } from '../usage-error.js'
import { formatRows, type ResultFormat } from './format-rows.js'

/** The formats of a result in a file. */
export type FileFormat = ResultFormat | 'parquet'

/** A result that can be written: of a query, or of anything else that has columns. */
export interface WritableResult<R> extends AsyncIterable<R> {
  columns(): Promise<readonly ResultColumn[]>
  /** The same rows as batches, for Parquet. */
  batches(): AsyncIterable<Batch>
}

/** The format that the ending of a file's name stands for; undefined if it stands for none. */
export function formatOfFile(path: string): FileFormat | undefined {
  return formats[extname(path).toLowerCase()]
}

const formats: Readonly<Record<string, FileFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.txt': 'table',
}

/**
 * Writes a result to a file, which has its name only once it is complete and then replaces a file of that name. Resolves with the number of
 * rows written. A result in Parquet is held in memory as columns. Throws a UsageError for a name that cannot become a file.
 */
export async function writeResult<R>(
  result: WritableResult<R>,
  path: string,
  { format, limit }: { format: FileFormat; limit: number },
): Promise<number> {
  if (format === 'parquet') {
    const { table, batches, rows } = await collected(result, limit)
    await atomically(path, async (file) => {
      for (const chunk of encodeParquet(table, batches, await dataFileEncoding())) await file.writeFile(chunk)
    })
    return rows
  }
  let rows = 0
  await atomically(path, async (file) => {
    const write = (text: string) => file.writeFile(text)
    rows = Math.min(await formatRows(result, { format, limit, width: Infinity, write }), limit)
  })
  return rows
}

/** A result as batches of a table. The encoder of a file pulls them without waiting, so they have to be there. */
async function collected<R>(result: WritableResult<R>, limit: number) {
  const columns: Record<string, Column> = {}
  for (const { name, type = 'varchar' } of await result.columns()) columns[name] = { type, nullable: true }
  const table: Table = { name: 'result', columns }
  const batches: Batch[] = []
  let rows = 0
  for await (const batch of result.batches()) {
    const taken = firstRows(batch, limit - rows)
    batches.push(taken)
    rows += taken.rowCount
    if (rows >= limit) break
  }
  return { table, batches, rows }
}

function firstRows(batch: Batch, limit: number): Batch {
  if (batch.rowCount <= limit) return batch
  const cut = <Buffers extends object>(buffers: Buffers) =>
    Object.fromEntries(
      Object.entries(buffers).map(([name, buffer]) => [
        name,
        (buffer as { slice: (start: number, end: number) => unknown }).slice(0, limit),
      ]),
    ) as Buffers
  return { rowCount: limit, columns: cut(batch.columns), nulls: cut(batch.nulls ?? {}) }
}

/** Creates or replaces a file by one that is complete; leaves nothing behind after an error. */
async function atomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const target = await realpath(path).catch(() => path) // a link stays one
  const found = await stat(target).catch(() => undefined)
  if (found && !found.isFile())
    throw new UsageError(
      `${path} expected the name of a file, got ${found.isDirectory() ? 'a folder' : 'a device'}`,
    )
  const hidden = join(dirname(target), `.minilake.${randomUUID()}.part`)
  const file = await open(hidden, 'wx').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} cannot be written: ${cause.message.split(',')[0]}`, { cause })
  })
  try {
    try {
      await write(file)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(hidden, target)
  } catch (error) {
    await rm(hidden, { force: true })
    throw error
  }
}
