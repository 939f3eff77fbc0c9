export { duckDbStatements, type DuckDbOptions } from './duckdb-statements.js'
export {
  hiveAddColumn,
  type HiveColumn,
  hiveColumnComment,
  hiveColumns,
  hiveStatements,
  type HiveOptions,
} from './hive-statements.js'
