import type { ColumnsOf, IdentityName, Query, ResultRows } from '@minilake/analytics'
import type { SimulateOptions } from '@minilake/generator'
import type { ReadingFile } from '@minilake/import'
import type { Report } from '@minilake/report'
import type { Column, ColumnName, LakeProfile, Table } from '@minilake/schema'
import type { CleanOptions, Leftovers } from './clean/clean-lake.js'
import type { DoctorOptions } from './doctor/check-lake.js'
import type { CheckResult } from './doctor/diagnose.js'
import type { DropReport } from './drop/drop-report.js'
import type { DropTableOptions } from './drop/drop-table.js'
import type { GenerateFilesOptions, GenerateReport } from './generate/generate-files.js'
import type { ImportFilesOptions, ImportFilesReport } from './import/import-files.js'
import type { IngestFolderOptions, IngestReport } from './ingest/ingest-folder.js'
import type { WatchFolderOptions, WatchReport } from './ingest/ingest-watch.js'
import type { ConvertOptions, ConvertReport } from './iceberg/convert-table.js'
import type { MaintainOptions, MaintainReport } from './iceberg/maintain-table.js'
import type { RollbackOptions, RollbackReport } from './iceberg/rollback.js'
import type { Snapshot, SnapshotsOptions } from './iceberg/snapshots.js'
import type { LakeFile } from './files/lake-file.js'
import type { ListFilesOptions } from './files/list-files.js'
import type { CatalogReport, LakeStore, RegisterTablesOptions } from './lake-backend.js'
import type { QualityOptions, TableQuality } from './quality/table-quality.js'
import type { QueryOptions } from './query-options.js'
import type { RemoveDataOptions, RemoveReport } from './remove/remove-data.js'
import type { ReportOptions } from './report/table-report.js'
import type { RewriteReport, RewriteTableOptions } from './rewrite/rewrite-table.js'
import type { LakeStatus } from './status/lake-status.js'
import type { StreamReport, StreamTopicOptions } from './stream/stream-topic.js'
import type { Verification } from './verify/verify-table.js'
import type { PublishedRows, PublishStagedOptions } from './write/publish-staged.js'
import type { RowSource, WriteRowsOptions, WrittenFiles } from './write/write-rows.js'

/** Options whose signal may be left out. */
type Optional<Options extends { signal: AbortSignal }> = Omit<Options, 'signal'> & { signal?: AbortSignal }

/** How to generate data files. */
export type GenerateOptions = Optional<Omit<GenerateFilesOptions, 'target' | 'labels'>> & {
  /** Folder to write to. Default: the lake's `out`. */
  out?: string
  /** URL of a bucket on the lake's S3, or of a folder in it, to write to instead, such as 's3://iot-time-series/team/'. */
  target?: string
  /** Called once, before the first write to a bucket, with what the bucket does when writers race for a key. */
  onCreateOnce?: IngestFolderOptions['onCreateOnce']
}

/** How to write rows. */
export type WriteOptions = Optional<WriteRowsOptions & PublishStagedOptions>

/** What was written, and what became of the catalog. */
export type WriteReport = WrittenFiles & PublishedRows

/** How to import files; what is read, and how, is as `openReadings` of `@minilake/import` has it. */
export type ImportOptions = Optional<ImportFilesOptions & PublishStagedOptions>

/** What was imported, and what became of the catalog. `rejected` is a file below the lake's `out`. */
export type ImportReport = ImportFilesReport & PublishedRows

/** How to stage an import: like an import, into a folder only. */
export type StageOptions = Optional<ImportFilesOptions> & {
  /** Folder to write to. Default: the lake's `out`. */
  out?: string
}

/** How to rewrite a table. */
export type RewriteOptions = Optional<RewriteTableOptions> & Pick<WriteOptions, 'tempFolder'>

/** How to publish a folder. */
export type IngestOptions = Optional<IngestFolderOptions> & {
  /** The folder of data files. Default: the lake's `out`. */
  folder?: string
}

/** How to stream a topic. */
export type StreamOptions = Optional<StreamTopicOptions> & {
  /** Kafka's consumer group, whose members share the partitions of one topic. Default: `minilake-TABLE-TOPIC`. */
  group?: string
  /** Seconds without a sign of life after which Kafka gives the partitions of a member to others. Default 30. */
  sessionSeconds?: number
}

/** How to watch a folder. */
export type WatchOptions = WatchFolderOptions & {
  /** The folder of data files. Default: the lake's `out`. */
  folder?: string
}

/** Some of a lake's tables, and a signal. */
export interface TableOptions {
  /** Default: all, or all simulated ones where only those make sense. */
  tables?: readonly Table[]
  signal?: AbortSignal
}

/** How to register tables. */
export type RegisterOptions = TableOptions & Optional<RegisterTablesOptions>

/**
 * An open lake. Methods reject with a UsageError after `close`, with a TypeError for a table that is not of this lake, and with the
 * signal's reason when it is aborted. Reports are plain data; nothing is printed.
 */
export interface Lake {
  readonly profile: LakeProfile
  readonly tables: readonly Table[]
  /** The folder of data files between `generate` or `stage` and `ingest`. */
  readonly out: string
  /** The store of the lake's objects; `store.location` is its folder or URL. */
  readonly store: LakeStore

  /**
   * Simulates a table's readings and writes data files with their truth, by default to `out`, for `ingest`. If the lake has the table of
   * their labels, such as `pumpLabels`, it writes a file of that table for each, too.
   */
  generate(table: Table, simulation: SimulateOptions, options?: GenerateOptions): Promise<GenerateReport>

  /**
   * Writes rows: encodes, partitions, publishes and registers them. They become visible when the source ends; after an error none
   * are. The same rows written again change nothing. With `mode`, they replace rows that are there, partition by partition.
   */
  write<T extends Table>(table: T, rows: RowSource<NoInfer<T>>, options?: WriteOptions): Promise<WriteReport>

  /** Imports CSV, NDJSON or Parquet files: like `write`, with the files' rows. */
  import(table: Table, files: readonly ReadingFile[], options?: ImportOptions): Promise<ImportReport>

  /** Turns files into data files in `out` only; `ingest` then publishes them. */
  stage(table: Table, files: readonly ReadingFile[], options?: StageOptions): Promise<ImportFilesReport>

  /** Publishes the data files of a folder. A file that is there already is unchanged. */
  ingest(options?: IngestOptions): Promise<IngestReport>

  /** Publishes the files of a folder as they are finished, until the signal is aborted. */
  watch(options: WatchOptions): Promise<WatchReport>

  /**
   * Streams a Kafka topic, `kafka://HOST:PORT/TOPIC`, into a table until the signal is aborted: each message, a JSON object, becomes a row
   * exactly once. Several processes may stream a topic together. Messages that do not fit go to `_rejected/`.
   */
  stream(table: Table, topic: string, options?: StreamOptions): Promise<StreamReport>

  /** Registers tables and their partitions in the catalog. The embedded catalog is set up each time an engine opens. */
  register(options?: RegisterOptions): Promise<CatalogReport>

  /** The statements that register tables. */
  statements(options?: Pick<TableOptions, 'tables'>): Promise<string[]>

  /** The data files of a table with their rows and times, ordered by key. Reads a few KiB of each. */
  files(table: Table, options?: Optional<ListFilesOptions>): AsyncIterable<LakeFile>

  /** Rows of a query, or of any SQL in the engine's dialect. It runs when rows or columns are first requested. */
  query<R, C extends Readonly<Record<string, Column>> = ColumnsOf<R>>(
    query: Query<R, C>,
    options?: QueryOptions,
  ): ResultRows<R, C>
  query(sql: string, options?: QueryOptions): ResultRows<Record<string, unknown>>

  /**
   * What is wrong with the readings of each source: gaps, duplicates, rows out of order, stuck values, NaN, values out of range, wrong
   * clocks. In numbers, and stretch by stretch. Rejects with a TypeError for unknown columns and a RangeError for an option out of range.
   */
  quality<T extends Table, const C extends ColumnName<T> = IdentityName<T>>(
    table: T,
    options?: QualityOptions<T, C>,
  ): Promise<TableQuality<T, C>>

  /**
   * Compares what the engine reads with the truth of simulated tables, and with the counts and bounds in the files of others. Tables
   * without files are left out.
   */
  verify(options?: TableOptions): Promise<Verification[]>

  /**
   * What a table holds in a range of time: windows of its numeric columns, sources, alarms and files. `reportPage` of `@minilake/report`
   * makes an HTML page of it.
   */
  report(table: Table, options?: Optional<ReportOptions>): Promise<Report>

  /** Counts files and rows of every table. */
  status(options?: { signal?: AbortSignal }): Promise<LakeStatus>

  /** Lists what would go of a table: days, rows, an import or, by default, all; removes it on request, with the truth of simulated files. */
  remove(table: Table, options?: Optional<RemoveDataOptions>): Promise<RemoveReport>

  /** The snapshots of an Iceberg table that have not expired, newest first. Rejects with a UsageError for a table without history. */
  snapshots(table: Table, options?: Optional<SnapshotsOptions>): Promise<Snapshot[]>

  /**
   * Says what would change if an earlier snapshot of an Iceberg table were current, or one that a rollback has undone; makes it current on
   * request. Rejects with a UsageError for a table without history.
   */
  rollback(table: Table, options: Optional<RollbackOptions>): Promise<RollbackReport>

  /**
   * Puts the small files of an Iceberg table together, lets old snapshots expire, and removes files that none has. Waits for other processes
   * that do so, and for changes. Rejects with a UsageError for a table without history.
   */
  maintain(table: Table, options?: Optional<MaintainOptions>): Promise<MaintainReport>

  /**
   * Makes a Hive table an Iceberg table of the same name; the Hive table stays as `<name>_hive`, with its files. Afterwards, the lake is opened
   * with `format: 'iceberg'` in the definition. Run again after whatever ended it, it finishes. Corrections of the Hive table meanwhile are
   * waited for and go in; from just before the first renaming on, they are rejected with an Error and change nothing.
   */
  convert(table: Table, options?: Optional<ConvertOptions>): Promise<ConvertReport>

  /**
   * Lists what dropping a table would take from the catalog and, with `data`, from the store; drops it on request. A table that is no longer
   * defined is given by its name.
   */
  drop(table: Table | string, options?: Optional<DropTableOptions>): Promise<DropReport>

  /**
   * Finds the data files of a table that are not in the shape of its definition; rewrites them on request. Nothing changes unless every
   * value fits.
   */
  rewrite(table: Table, options?: RewriteOptions): Promise<RewriteReport>

  /** Lists simulated files and leftovers in `out` and in the lake; removes them on request. */
  clean(options?: Optional<Omit<CleanOptions, 'out'>>): Promise<Leftovers[]>

  /** Checks everything between the settings and an answer, in order, up to the first failure; with `deep: true`, every key and footer too. */
  doctor(options?: Optional<DoctorOptions>): Promise<CheckResult[]>

  /** Waits until the engine answers, as after the start of a stack. Rejects after `timeoutSeconds` (default 60). */
  ready(options?: { timeoutSeconds?: number; signal?: AbortSignal }): Promise<void>

  /** Closes the lake's engines. Calling it again does nothing. */
  close(): Promise<void>
}
