export { duckDbStatements, type DuckDbOptions } from './duckdb-statements.js'
export { registerPartition, unregisterPartition } from './hive-partitions.js'
export {
  hiveAddColumn,
  type HiveColumn,
  hiveColumnComment,
  hiveColumns,
  hiveStatements,
  type HiveOptions,
} from './hive-statements.js'
