// usage: node distinct-values.js '{ "output", "rowGroupRows" }': prints the distinct values of each column of a folder's Parquet
// files, the mean of the full row groups (of all, where none is full).
import { DuckDBInstance } from '@duckdb/node-api'
import { quoteLiteral } from '@minilake/schema'

const { output, rowGroupRows } = JSON.parse(process.argv[2])
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const files = quoteLiteral(`${output}/*.parquet`)
const result = await connection.runAndReadAll(`
  WITH row_group AS (
    SELECT count(*) AS n, count(DISTINCT pressure) AS pressure, count(DISTINCT velocity) AS velocity, count(DISTINCT speed) AS speed
    FROM read_parquet(${files}, file_row_number = true, filename = true)
    GROUP BY filename, file_row_number // ${rowGroupRows})
  SELECT avg(pressure) AS pressure, avg(velocity) AS velocity, avg(speed) AS speed
  FROM row_group WHERE n = (SELECT max(n) FROM row_group)`)
const [means] = result.getRowObjects()
console.log(
  JSON.stringify(Object.fromEntries(Object.entries(means).map(([k, mean]) => [k, Math.round(mean)]))),
)
