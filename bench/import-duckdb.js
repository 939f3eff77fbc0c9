// usage: node import-duckdb.js CSV FOLDER: what DuckDB itself does of an import: read, partition by day, write Parquet.
import { DuckDBInstance } from '@duckdb/node-api'

const [csv, folder] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
await connection.run(
  `COPY (SELECT *, strftime(event_timestamp, '%Y-%m-%d') AS event_date FROM read_csv('${csv}')) TO '${folder}' (FORMAT parquet, PARTITION_BY (event_date))`,
)
