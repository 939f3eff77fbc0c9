import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeSystemError, type FolderStore } from '@minilake/ingest'
import {
  type BadRow,
  openReadings,
  type ReadingFile,
  type ReadOptions,
  type ReadReport,
  type SourceDescription,
} from '@minilake/import'
import type { Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import { UsageError } from '../usage-error.js'
import type { RowsTarget } from '../write/rows-target.js'
import { defaultMaxPartitions } from '../write/stage-partitions.js'
import { stagedFiles } from '../write/staged-files.js'
import type { WrittenFiles } from '../write/write-rows.js'

/** How to import files. */
export interface ImportFilesOptions extends Omit<ReadOptions, 'signal'> {
  /** Most partitions; more are a RangeError. Default 3660, ten years of days. */
  maxPartitions?: number
  signal: AbortSignal
  /** Called when the files are open and fit the table, before their rows are read. */
  onOpen?: (sources: readonly SourceDescription[]) => void
  /** Rewords the reasons of bad rows, in which options stand in backticks. Default: unchanged. */
  reasonText?: (reason: string) => string
}

/** What was imported, and the data files it went to. */
export interface ImportFilesReport extends ReadReport, WrittenFiles {
  /** What each file turned out to be, and which of its columns were read. */
  sources: readonly SourceDescription[]
  /** Key of the file of rejected rows; absent when every row was good. */
  rejected?: string
}

/** Where an import writes to. */
export interface ImportTarget {
  data: RowsTarget
  /** For bad rows that were left out: a file under `_rejected/`. */
  rejected: FolderStore
}

/**
 * Reads files of readings into a table's data files, one per partition, each named by its rows: the same rows give the same
 * files. They appear when everything is on the disk. Rejects as `openReadings` and its batches do, with a RangeError for too
 * many partitions, with an Error when no row is good, and with the signal's reason.
 */
export async function importFiles(
  table: Table,
  files: readonly ReadingFile[],
  { data, rejected: rejectedFolder }: ImportTarget,
  {
    maxPartitions = defaultMaxPartitions,
    signal,
    onOpen,
    reasonText = (reason) => reason,
    ...read
  }: ImportFilesOptions,
): Promise<ImportFilesReport> {
  const rejections = stagedFiles(rejectedFolder, { signal })

  await checkFiles(files)
  await dataFileEncoding() // a missing Snappy is reported before any row is read
  const readings = await openReadings(table, files, { ...read, signal })
  try {
    onOpen?.(readings.sources)
    await data.stage(readings.batches(), { prefix: 'import', maxPartitions })
    const { rows, badRows } = readings.report
    if (rows === 0)
      throw new Error(`nothing was imported: expected at least one good row, got only bad rows (${badRows})`)
    const bad = readings.report.bad.map((row) => ({ ...row, reason: reasonText(row.reason) }))
    const rejected =
      bad.length === 0
        ? undefined
        : await rejections.add(
            [rejectedBytes(bad)],
            ({ etag }) => `_rejected/${table.name}/import-${etag}.ndjson`,
          )
    await rejections.name()
    const placed = await data.publish()
    return {
      table: table.name,
      sources: readings.sources,
      ...readings.report,
      bad,
      ...placed,
      ...(rejected !== undefined && { rejected }),
    }
  } finally {
    await data.discard()
    await rejections.discard()
    await readings.close()
  }
}

/** Reports a missing or repeated file before any is read. */
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
