export { duckDbStatements, type DuckDbOptions } from './duckdb.js'
export { hiveStatements, type HiveOptions } from './hive.js'
