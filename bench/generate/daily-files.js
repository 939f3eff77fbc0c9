import { join } from 'node:path'
import { copyToDays, generatedReadings } from './duckdb-sql.js'
import { shares } from './shares.js'

const secondsPerDay = 86_400

/** C: readings are generated and encoded, to one file a day; as many days as come next to the rows. */
export function dailyContenders({ node, inPython, rows, rowGroupRows, output, cores, bin }) {
  const days = Math.max(1, Math.round(rows / secondsPerDay))
  const rest = { input: 'daily files', rows: days * secondsPerDay }
  const copies = (contender, file, place) =>
    [false, true].map((isTuned) => {
      const timed = shares(days, cores).map(({ name, first, rows }) =>
        copyToDays(generatedReadings({ first: first * secondsPerDay, rows: rows * secondsPerDay, isTuned }), {
          path: join(output, name),
          codec: 'zstd',
          rowGroupRows,
          isTuned,
        }),
      )
      const name = `DuckDB PARTITION_BY${isTuned ? ', tuned' : ''}, ${place}, zstd`
      return contender(file, { timed }, { ...rest, name })
    })
  const generate = ['generate', '--from', '2026-01-01', '--days', days, '--workers', cores, '--out', output]
  return [
    { ...rest, name: 'minilake generate', ours: true, output, args: [bin, ...generate.map(String)] },
    ...copies(node, 'duckdb-copy.js', 'Node'),
    ...(inPython
      ? [
          ...copies(inPython, 'duckdb_copy.py', 'Python'),
          ...['none', 'zstd'].map((codec) =>
            inPython('pyarrow_daily.py', { days, codec }, { ...rest, name: `pyarrow, tuned, ${codec}` }),
          ),
        ]
      : []),
  ]
}
