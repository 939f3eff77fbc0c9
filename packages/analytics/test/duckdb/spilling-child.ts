import { argv, exit } from 'node:process'
import { duckDbEngine } from '../../src/duckdb/duckdb-engine.js'
import { query } from '../../src/index.js'

// Sorts more than fits in its memory, and prints the number of rows and of neighbours in the wrong order.
const [, , seed = '0', rows = '0', tempFolder] = argv
const engine = duckDbEngine({ memory: '48MB', threads: 2, tempFolder })
const sorted = `SELECT v, lag(v) OVER (ORDER BY v) AS previous
  FROM (SELECT CAST(hash(i + ${seed}) AS VARCHAR) AS v FROM range(${rows}) numbers(i))`
const check = query(
  `SELECT count(*) AS row_count, count(*) FILTER (WHERE v < previous) AS wrong FROM (${sorted})`,
  { row_count: { type: 'bigint' }, wrong: { type: 'bigint' } },
)
try {
  for await (const { row_count, wrong } of engine.query(check))
    console.log(`${row_count} rows, ${wrong} wrong`)
} catch (error) {
  console.error(error)
  exit(1)
} finally {
  await engine.close()
}
