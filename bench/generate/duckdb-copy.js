// usage: node duckdb-copy.js '{ "cores", "before", "timed" }': runs SQL, `timed` being statements that run at once.
import { DuckDBInstance, version } from '@duckdb/node-api'
import { timed } from './timed.js'

const task = JSON.parse(process.argv[2])
const instance = await DuckDBInstance.create(':memory:', { threads: String(task.cores) })
const connections = await Promise.all(task.timed.map(() => instance.connect()))
if (task.before !== undefined) await connections[0].run(task.before)
await timed(() => Promise.all(task.timed.map((sql, index) => connections[index].run(sql))), {
  version: `duckdb ${version()} (node-api)`,
})
for (const connection of connections) connection.closeSync()
instance.closeSync()
