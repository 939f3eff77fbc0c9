// usage: node duckdb-sql.js '{ "question", "lake", "days" }': asks DuckDB in plain SQL, over the same files.
import { DuckDBInstance, version } from '@duckdb/node-api'
import { millisPerDay } from '@minilake/schema'
import { start } from './readings-lake.js'
import { timedQuery } from './timed-query.js'

const { question, lake, days } = JSON.parse(process.argv[2])
const day = new Date(start + Math.floor(days / 2) * millisPerDay).toISOString().slice(0, 10)
const hourly = (where = '') =>
  `SELECT date_trunc('hour', event_timestamp) AS hour, avg(pressure) AS p, avg(speed) AS s FROM readings ${where} GROUP BY 1 ORDER BY 1`
const statements = {
  'hourly average': hourly(),
  'p95 by device and day': `SELECT pump_id, date_trunc('day', event_timestamp) AS day, quantile_cont(pressure, 0.95) AS p95
    FROM readings GROUP BY 1, 2 ORDER BY 1, 2`,
  'alarm episodes': `WITH marked AS (
      SELECT pump_id, event_timestamp AS t, pressure, pressure > 150 AS over,
        lag(pressure > 150, 1, false) OVER (PARTITION BY pump_id ORDER BY event_timestamp) AS was FROM readings),
    runs AS (SELECT *, sum(CASE WHEN over AND NOT was THEN 1 ELSE 0 END) OVER (PARTITION BY pump_id ORDER BY t) AS episode FROM marked)
    SELECT pump_id, min(t) FILTER (WHERE over) AS start, min(t) FILTER (WHERE NOT over) AS "end", max(pressure) AS peak
    FROM runs WHERE episode > 0 GROUP BY pump_id, episode ORDER BY 2`,
  'one day by hour': hourly(`WHERE event_date = '${day}'`),
  '1 M × 4 rows': 'SELECT event_timestamp, pressure, velocity, speed FROM readings LIMIT 1000000',
}
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
await connection.run(
  `CREATE VIEW readings AS FROM read_parquet('${lake}/iot-time-series/pump_daily/*/*.parquet', hive_partitioning = true)`,
)

/** The typed arrays of DuckDB's vectors, and no more. */
async function chunks() {
  const result = await connection.run(statements[question])
  let rows = 0
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column)
    rows += chunk.rowCount
  }
  return rows
}

const rows = async () => (await (await connection.run(statements[question])).getRowObjects()).length
await timedQuery(question === '1 M × 4 rows' ? chunks : rows, {
  version: `DuckDB ${version().replace('v', '')}`,
})
