export { duckDbStatements, type DuckDbOptions, filesGlob } from './duckdb.js'
export { hiveStatements, type HiveOptions } from './hive.js'
