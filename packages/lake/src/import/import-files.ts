import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeSystemError, folderStore, type Identity, type StagedObject } from '@minilake/ingest'
import {
  type BadRow,
  openReadings,
  type ReadingFile,
  type ReadOptions,
  type ReadReport,
  type SourceDescription,
} from '@minilake/import'
import { encodeParquet } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import { dataFileKey, type Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import { inFlags } from './flag-text.js'
import { asUsageError, UsageError } from '../usage-error.js'

/** How to import files. */
export interface ImportOptions {
  read: ReadOptions
  /** The folder that data files are written to. */
  out: string
  /** Partitions at the most. */
  maxPartitions: number
  signal: AbortSignal
  /** Called when the files are open and fit the table, before their rows are read. */
  onOpen?: (sources: readonly SourceDescription[]) => void
}

/** What became of an import. */
export interface ImportReport extends ReadReport {
  table: string
  sources: readonly SourceDescription[]
  /** Data files, one per partition: written now, or there already with the same content. */
  written: number
  unchanged: number
  /** Bytes of those files. */
  bytes: number
  /** Keys of the data files. */
  keys: string[]
  /** Key of the file of rejected rows, if there are some. */
  rejected?: string
}

/**
 * Reads files into a table's data files, one per partition, each named by its content: the same rows give the same
 * files. Nothing gets its final name before everything is on the disk. Rejects as `openReadings` and its batches do,
 * with a RangeError for too many partitions, and with the signal's reason.
 */
export async function importFiles(
  table: Table,
  files: readonly ReadingFile[],
  { read, out, maxPartitions, signal, onOpen }: ImportOptions,
): Promise<ImportReport> {
  const store = folderStore({ folder: out })
  const staged: { key: string; object: StagedObject }[] = []
  const stage = async (bytes: Iterable<Uint8Array>, keyOf: (identity: Identity) => string) => {
    const object = await store.stage(bytes, { signal })
    const key = keyOf(object)
    staged.push({ key, object })
    return key
  }

  await checkFiles(files)
  const encoding = await dataFileEncoding()
  const readings = await openReadings(table, files, { ...read, signal }).catch((cause: unknown) => {
    throw asUsageError(cause)
  })
  try {
    onOpen?.(readings.sources)
    const keys: string[] = []
    for await (const { partition, batches } of partitionBatches(table, readings.batches(), {
      maxPartitions,
    })) {
      const bytes = encodeParquet(table, batches, encoding)
      keys.push(await stage(bytes, ({ etag }) => dataFileKey(table, { name: `import-${etag}`, partition })))
    }
    const { rows, badRows } = readings.report
    if (rows === 0)
      throw new Error(`nothing was imported: expected a good row, got bad ones alone (${badRows})`)
    const bad = inFlags(readings.report.bad)
    const rejected =
      bad.length === 0
        ? undefined
        : await stage([rejectedBytes(bad)], ({ etag }) => `_rejected/${table.name}/import-${etag}.ndjson`)

    const missing: typeof staged = []
    for (const each of staged) if (!(await isThere(each.key, each.object))) missing.push(each)
    let written = 0
    const waiting = missing.values()
    const nameAll = async () => {
      for (const { key, object } of waiting) {
        signal.throwIfAborted()
        if (await object.name(key)) written += key === rejected ? 0 : 1
        else if (!(await isThere(key, object))) {
          throw new Error(`${out}/${key} came and went while it was to be written: import again`)
        }
      }
    }
    // Several at a time: each waits for the disk to have its content.
    const lanes = await Promise.allSettled(Array.from({ length: 4 }, nameAll))
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
    const dataFiles = staged.filter(({ key }) => key !== rejected)
    return {
      table: table.name,
      sources: readings.sources,
      ...readings.report,
      bad,
      written,
      unchanged: dataFiles.length - written,
      bytes: dataFiles.reduce((sum, { object }) => sum + object.size, 0),
      keys,
      ...(rejected !== undefined && { rejected }),
    }
  } finally {
    for (const { object } of staged) await object.discard()
    await readings.close()
  }

  /** Whether a file is there with the content that its name stands for. Throws an Error for one with other content. */
  async function isThere(key: string, { size, etag }: Identity): Promise<boolean> {
    const found = await store.find(key)
    if (found === undefined) return false
    if (found.size === size && (await found.etag()) === etag) return true
    throw new Error(`${out}/${key} has other content than its name says: remove it, and import again`)
  }
}

/** Says of a file that is missing or named twice what is wrong, before any is read. */
async function checkFiles(files: readonly ReadingFile[]): Promise<void> {
  const paths = new Set<string>()
  for (const file of files) {
    const path = typeof file === 'string' ? resolve(file) : file.name
    if (paths.has(path))
      throw new UsageError(
        `import expected each file once, got ${typeof file === 'string' ? file : file.name} twice`,
      )
    paths.add(path)
    if (typeof file !== 'string') continue
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new Error(`cannot read ${file}: ${describeSystemError(cause)}`, { cause })
    })
  }
}

/** Rejected rows as NDJSON: file, line, column, value, reason, row. */
function rejectedBytes(rows: readonly BadRow[]): Uint8Array {
  return new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}
