import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, columnsOf, type Table } from '@minilake/schema'
import { BadRowsError } from './read/bad-rows.js'
import { batchBuilder } from './read/batch-builder.js'
import { checkDialect, type CsvDialect } from './open/csv-dialect.js'
import { openDuckDb } from './duckdb/duckdb.js'
import { checkMap, foldName } from './open/match-columns.js'
import { type LayoutOptions, openSource, type Source } from './open/open-source.js'
import { type ReadReport, readSource } from './read/read-source.js'
import { type FileFormat, openSourceFile, type ReadingFile, type SourceOptions } from './open/source-file.js'
import { type TimeOptions, timeSql } from './values/time-sql.js'

/** How to read files. */
export interface ReadOptions extends SourceOptions, LayoutOptions, TimeOptions {
  /** Make rows bad whose times are finer than a millisecond. Default false: such times are floored and counted. */
  strictTime?: boolean
  /** Bad rows that are left out and reported; one more is an error, once all have been counted. Default 0. */
  maxBadRows?: number
  /** Where streams and packed files are unpacked. Default: the system's folder for temporary files. */
  tempFolder?: string
  signal?: AbortSignal
}

/** What a file turned out to be. */
export interface SourceDescription {
  /** The file, as it was given. */
  name: string
  format: FileFormat
  /** Encoding of text, by its WHATWG name; absent for Parquet. */
  encoding?: string
  /** How CSV is written. */
  dialect?: CsvDialect
  /**
   * Per column of the table, the file's column that it is read from; null where the file has none, and every value is
   * missing.
   */
  columns: Readonly<Record<string, string | null>>
}

/** Files that are open and fit a table. */
export interface Readings<T extends Table> {
  readonly sources: readonly SourceDescription[]
  readonly report: Readonly<ReadReport>
  /**
   * The good rows of all files, one file after the other, in the order they have there; to be taken once. Rejects with
   * a BadRowsError at the end when too many rows are bad, with an Error for a file without rows, and with the signal's
   * reason.
   */
  batches(): AsyncGenerator<Batch<T>>
  /** Removes what was unpacked. */
  close(): Promise<void>
}

/**
 * Opens CSV, NDJSON and Parquet files and finds out which of their columns are a table's; nothing is guessed that changes a
 * value. Throws a RangeError for options that make no sense, an Error in one sentence for a file that cannot be read or
 * does not fit.
 */
export async function openReadings<T extends Table>(
  table: T,
  files: readonly ReadingFile[],
  options: ReadOptions = {},
): Promise<Readings<T>> {
  const { map = {}, strictTime = false, maxBadRows = 0, tempFolder = tmpdir(), signal } = options
  const values = { ...options, time: timeSql(options), strictTime }
  checkMap(table, map)
  checkDialect(options)
  const folder = await mkdtemp(join(tempFolder, 'minilake-import-'))
  const db = await openDuckDb()
  const close = async () => {
    db.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const sources: Source[] = []
    for (const [index, file] of files.entries()) {
      signal?.throwIfAborted()
      const source = await openSourceFile(file, { ...options, folder, prefix: String(index) })
      sources.push(await openSource(table, source, db, values))
    }
    checkMapUsed(map, sources)
    const report: ReadReport = { rows: 0, badRows: 0, flooredTimes: 0, repeatedTimes: 0, bad: [] }
    return {
      sources: sources.map((source) => describe(table, source)),
      report,
      async *batches() {
        const builder = batchBuilder(table)
        for (const source of sources)
          yield* readSource(table, source, db, { builder, report, maxBadRows, signal })
        if (report.badRows > maxBadRows) throw new BadRowsError(report.badRows, report.bad, maxBadRows)
        if (builder.rowCount > 0) yield builder.take()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function checkMapUsed(map: Readonly<Record<string, string>>, sources: readonly Source[]): void {
  const names = new Set(sources.flatMap((source) => source.names.map(foldName)))
  const unused = Object.keys(map).filter((name) => !names.has(foldName(name)))
  if (unused.length === 0) return
  const has = sources.map(({ file, names }) => `${file.name} has ${names.join(', ')}`)
  throw new RangeError(`\`map\` expected columns of the files, got ${unused.join(', ')}: ${has.join('; ')}`)
}

function describe(table: Table, { file, matched, dialect }: Source): SourceDescription {
  return {
    name: file.name,
    format: file.format,
    ...(file.encoding !== undefined && { encoding: file.encoding }),
    ...(dialect && { dialect }),
    columns: Object.fromEntries(columnsOf(table).map(([column], index) => [column, matched[index] ?? null])),
  }
}
