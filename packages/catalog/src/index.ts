export { duckDbStatements, type DuckDbOptions } from './duckdb-statements.js'
export { registerPartition, syncPartitions, unregisterPartition } from './hive-partitions.js'
export {
  hiveAddColumn,
  type HiveColumn,
  hiveColumnComment,
  hiveColumns,
  hiveSchema,
  hiveStatements,
  hiveTable,
  type HiveOptions,
} from './hive-statements.js'
export {
  batchColumn,
  icebergAddColumn,
  icebergColumns,
  icebergLocation,
  icebergTable,
  icebergTableName,
} from './iceberg-statements.js'
