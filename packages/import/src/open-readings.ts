import { type Batch, columnsOf, type Table } from '@minilake/schema'
import { BadRowsError } from './read/bad-rows.js'
import { batchBuilder } from './read/batch-builder.js'
import { checkDialect, type CsvDialect } from './open/csv-dialect.js'
import { openDuckDb } from './duckdb/open-duckdb.js'
import { checkLimits } from './duckdb/private-duckdb.js'
import { checkMap, foldName } from './open/match-columns.js'
import { openSource } from './open/open-source.js'
import type { LayoutOptions, OpenOptions, Source } from './open/source.js'
import { type ReadReport, readSource } from './read/read-source.js'
import { type FileFormat, openSourceFile, type ReadingFile, type SourceOptions } from './open/source-file.js'
import type { MissingOptions } from './values/missing-options.js'
import { type NumberOptions, numberTexts } from './values/number-text.js'
import { type TimeOptions, timeSql } from './values/time-sql.js'

/** Options of `openReadings`. They win over those in the table's `source`. */
export interface ReadOptions
  extends SourceOptions, LayoutOptions, TimeOptions, NumberOptions, MissingOptions {
  /** Treat a time finer than a millisecond (or a microsecond, with `keepMicros`) as a bad row. Default false: such times are floored and counted. */
  strictTime?: boolean
  /**
   * Keep the microseconds of times, which a batch can hold and an engine may round. Default false: times are floored to milliseconds.
   */
  keepMicros?: boolean
  /** Treat a number of a Parquet file that floating point would round as a bad value. Default false. */
  exactNumbers?: boolean
  /** The number of bad rows to skip and report. One more is an error, once all are counted. Default 0. */
  maxBadRows?: number
  /**
   * Folder for temporary copies of streams and unpacked files, and for what does not fit in memory. Default: the system's temporary
   * folder.
   */
  tempFolder?: string
  /** DuckDB's most memory, such as '4GB'. Default: 80 % of the machine's. */
  memory?: string
  /** Number of DuckDB's threads. Default: one per core. */
  threads?: number
  /** Aborting it ends the reading. Default: none. */
  signal?: AbortSignal
}

/** What was found out about a file. */
export interface SourceDescription {
  /** The file's path or name, as given. */
  name: string
  format: FileFormat
  /** WHATWG name of the text encoding. Absent for Parquet. */
  encoding?: string
  /** The dialect of a CSV file. */
  dialect?: CsvDialect
  /** The line of a CSV file's header, from 1. */
  headerLine?: number
  /** For each column of the table, the file's column that it is read from; null if the file has none. */
  columns: Readonly<Record<string, string | null>>
}

/** Open files that fit a table. */
export interface Readings<T extends Table> {
  readonly sources: readonly SourceDescription[]
  /** Counts and bad rows, complete once all batches have been consumed. */
  readonly report: Readonly<ReadReport>
  /**
   * The good rows of all files in order, file by file. To be called once. Rejects with a BadRowsError at the end if too many rows
   * are bad, with an Error for a file without rows or with misread times, and with the signal's reason when aborted.
   */
  batches(): AsyncGenerator<Batch<T>>
  /** Removes temporary files. */
  close(): Promise<void>
}

/**
 * Opens CSV, NDJSON and Parquet files and matches their columns with a table's. Guesses nothing that could change a value.
 * Throws a RangeError for invalid options, and an Error for a file that cannot be read or does not fit the table.
 *
 * @example
 * ```ts
 * import { openReadings } from '@minilake/import'
 * import { pump } from '@minilake/schema'
 *
 * const readings = await openReadings(pump, ['pump.csv.gz'], { map: { time: 'event_timestamp' }, zone: 'Europe/Berlin' })
 * for await (const { rowCount, columns } of readings.batches()) console.log(rowCount, columns.pressure)
 * console.log(readings.report.flooredTimes)
 * await readings.close()
 * ```
 */
export async function openReadings<T extends Table>(
  table: T,
  files: readonly ReadingFile[],
  options: ReadOptions = {},
): Promise<Readings<T>> {
  return openSources(table, files, options)
}

/** Opens files as `openReadings` does; with `isMessages`, each line stands for itself. */
export async function openSources<T extends Table>(
  table: T,
  files: readonly ReadingFile[],
  given: ReadOptions & Pick<OpenOptions, 'isMessages'>,
): Promise<Readings<T>> {
  const options: typeof given = { ...table.source, ...given, map: { ...table.source?.map, ...given.map } }
  const {
    map = {},
    strictTime = false,
    keepMicros = false,
    exactNumbers = false,
    maxBadRows = 0,
    tempFolder,
    memory,
    threads,
    signal,
  } = options
  const values = {
    ...options,
    time: timeSql(options),
    numbers: numberTexts(options),
    strictTime,
    keepMicros,
    exactNumbers,
  }
  checkMap(table, map)
  checkDialect(options)
  checkLimits({ memory, threads })
  const db = await openDuckDb({ tempFolder, memory, threads })
  const { folder } = db
  try {
    const sources: Source[] = []
    for (const [index, file] of files.entries()) {
      signal?.throwIfAborted()
      const source = await openSourceFile(file, { ...options, folder, prefix: String(index) })
      sources.push(await openSource(table, source, values, db))
    }
    checkMapUsed(given.map ?? {}, sources)
    const report: ReadReport = {
      rows: 0,
      badRows: 0,
      flooredTimes: 0,
      repeatedTimes: 0,
      midnightTimes: [],
      bad: [],
    }
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
      close: () => db.close(),
    }
  } catch (error) {
    await db.close()
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

function describe(table: Table, { file, matched, dialect, headerLine }: Source): SourceDescription {
  return {
    name: file.name,
    format: file.format,
    ...(file.encoding !== undefined && { encoding: file.encoding }),
    ...(dialect && { dialect }),
    ...(headerLine !== undefined && { headerLine }),
    columns: Object.fromEntries(columnsOf(table).map(([column], index) => [column, matched[index] ?? null])),
  }
}
