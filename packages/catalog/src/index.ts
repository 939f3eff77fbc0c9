export { duckDbStatements, type DuckDbOptions } from './duckdb.js'
export { type HiveColumn, hiveColumnComment, hiveColumns, hiveStatements, type HiveOptions } from './hive.js'
