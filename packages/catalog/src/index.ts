export type { HiveColumn } from './column-text.js'
export { duckDbRowsInFileOrder, duckDbStatements, type DuckDbOptions } from './duckdb-statements.js'
export type { HiveOptions } from './folder-url.js'
export { registerPartition, syncPartitions, unregisterPartition } from './hive-partitions.js'
export {
  hiveAddColumn,
  hiveColumnComment,
  hiveColumns,
  hiveSchema,
  hiveStatements,
  hiveTable,
} from './hive-statements.js'
export {
  type BatchOfPath,
  hiveRename,
  hiveRowsWithBatch,
  icebergRemoveBatches,
  icebergRename,
  rowsPerDay,
} from './iceberg-conversion.js'
export {
  icebergAddedFiles,
  icebergImportsOf,
  icebergRollback,
  icebergRowsOfBatches,
  icebergRowsPerBatch,
  icebergSnapshotAt,
  icebergSnapshots,
} from './iceberg-history.js'
export {
  batchColumn,
  icebergAddColumn,
  icebergColumns,
  icebergLocation,
  icebergTable,
  icebergTableName,
  type IcebergView,
  registerIcebergTable,
  unregisterIcebergTable,
} from './iceberg-statements.js'
export {
  icebergExpire,
  icebergFilesPerDay,
  icebergOldSnapshots,
  icebergOptimize,
  icebergRemoveOrphans,
  runningStatements,
} from './iceberg-upkeep.js'
export {
  icebergAppend,
  icebergAppendFrom,
  icebergBatches,
  icebergChosenRows,
  icebergDelete,
  icebergImports,
  icebergMerge,
  icebergMergeCounts,
  type IcebergRemoval,
  icebergReplacement,
  type Replaced,
  type StagedFiles,
} from './iceberg-writes.js'
export { rowsChecksum, stagedChecksums } from './rows-checksum.js'
export {
  createStaging,
  dropStaging,
  stagingPrefix,
  stagingSchemaStatement,
  stagingTable,
} from './staging-statements.js'
