import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/**
 * A CSV of pump readings into Parquet by day: `minilake import` and DuckDB's own COPY with PARTITION_BY, on two orders of the
 * rows; and a tenth of the rows, to see whether memory grows with them.
 */
export async function prepare({ folder, rows }) {
  const inputs = {
    'in order of time': { path: join(folder, 'ordered.csv'), rows, order: 'i' },
    'a tenth of it': { path: join(folder, 'tenth.csv'), rows: rows / 10, order: 'i' },
    shuffled: { path: join(folder, 'shuffled.csv'), rows, order: `(i * 7368787) % ${rows}` },
  }
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const { path, rows, order } of Object.values(inputs)) {
    await connection.run(`COPY (${readings(rows, order)}) TO '${path}' (HEADER)`)
  }
  connection.closeSync()
  instance.closeSync()

  const [out, copied] = [join(folder, 'out'), join(folder, 'copied')]
  const bin = fileURLToPath(new URL('../apps/cli/bin/minilake.js', import.meta.url))
  const copy = fileURLToPath(new URL('./import-duckdb.js', import.meta.url))
  const contenders = Object.entries(inputs).flatMap(([input, { path, rows }]) => [
    {
      name: 'minilake import',
      input,
      ours: true,
      rows,
      output: out,
      args: [bin, 'import', path, '--table', 'pump_daily', '--out', out],
    },
    { name: 'DuckDB COPY', input, rows, output: copied, args: [copy, path, copied] },
  ])
  return { contenders }
}

/** One reading a second, with as many distinct values as sensors have. */
function readings(rows, order) {
  const noise = (salt) => `(hash(i, ${salt}) % 1000 / 1000.0)`
  return `SELECT
    strftime(TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS event_timestamp,
    round(110 + 15 * sin(i / 5000.0) + 2 * ${noise(1)}, 2) AS pressure,
    round(1.7 + 0.2 * sin(i / 7000.0) + 0.01 * ${noise(2)}, 3) AS velocity,
    round(1450 + 50 * sin(i / 9000.0) + ${noise(3)}, 2) AS speed,
    'pump-0001' AS pump_id
  FROM (SELECT ${order} AS i FROM range(${rows}) numbers(i))`
}
