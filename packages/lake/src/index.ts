export { type CleanOptions, type Leftovers } from './clean/clean-lake.js'
export type { DoctorOptions } from './doctor/check-lake.js'
export { writeDuckDbFile } from './register/duckdb-file.js'
export { whereSql } from './condition/where-sql.js'
export { type Check, type CheckResult, FailedCheck, type Fault } from './doctor/diagnose.js'
export type { DropReport } from './drop/drop-report.js'
export type { DropTableOptions } from './drop/drop-table.js'
export type { EarlierRows } from './files/earlier-rows.js'
export type { LakeFile } from './files/lake-file.js'
export type { SharedFiles } from './files/shared-files.js'
export type { ListFilesOptions } from './files/list-files.js'
export type { FileTarget } from './generate/file-target.js'
export type { GenerateFilesOptions, GenerateReport } from './generate/generate-files.js'
export type { NeighbourRows } from './files/neighbour-rows.js'
export type { WrittenDataFile } from './generate/write-data-file.js'
export type { ImportFilesOptions, ImportFilesReport } from './import/import-files.js'
export type { CreateOnceFinding } from './ingest/create-once.js'
export type { IngestFilesOptions, IngestFolderOptions, IngestReport } from './ingest/ingest-folder.js'
export type { WatchFolderOptions, WatchReport } from './ingest/ingest-watch.js'
export type { ReadBack } from './ingest/read-back.js'
export type {
  GenerateOptions,
  ImportOptions,
  ImportReport,
  IngestOptions,
  Lake,
  RegisterOptions,
  RewriteOptions,
  StageOptions,
  StreamOptions,
  TableOptions,
  WatchOptions,
  WriteOptions,
  WriteReport,
} from './lake.js'
export type { CatalogReport, LakeStore, RegisterTablesOptions } from './lake-backend.js'
export { isIceberg } from './iceberg/is-iceberg.js'
export type { ConvertOptions, ConvertReport } from './iceberg/convert-table.js'
export type { FileCount, MaintainOptions, MaintainReport } from './iceberg/maintain-table.js'
export type { RollbackOptions, RollbackReport } from './iceberg/rollback.js'
export type { Snapshot, SnapshotsOptions } from './iceberg/snapshots.js'
export { openLake, type OpenLakeOptions } from './open-lake.js'
export { hasTrouble, type PipelineOptions, type PipelineView, runPipeline } from './pipeline.js'
export { PartDownError } from './part-down-error.js'
export type { LakeStatus, TableStatus } from './status/lake-status.js'
export type { DecodeOptions } from './stream/stage-batch.js'
export type { StreamedBatch, StreamReport, StreamTopicOptions } from './stream/stream-topic.js'
export { UsageError } from './usage-error.js'
export type { ChangeNotes, SettledChange } from './replace/settled-change.js'
export type { QualityOptions, TableQuality } from './quality/table-quality.js'
export type { QueryOptions } from './query-options.js'
export type { RemovalChoice } from './remove/removal-scope.js'
export type { RemoveDataOptions, RemovedFolder, RemoveReport } from './remove/remove-data.js'
export type { ReportOptions } from './report/table-report.js'
export type { RewrittenFolder } from './rewrite/plan-rewrite.js'
export type { RewriteReport, RewriteTableOptions } from './rewrite/rewrite-table.js'
export { agrees, type Verification } from './verify/verify-table.js'
export type { PublishedRows, PublishStagedOptions } from './write/publish-staged.js'
export type { RowSource, WriteRowsOptions, WrittenFiles } from './write/write-rows.js'
export type { MergeCounts } from './write/merge-rows.js'
export type { OverwrittenRows, PlacedRows } from './write/rows-target.js'
export { type WriteMode, writeModes } from './write/write-mode.js'
