import { join } from 'node:path'
import { copyToFile, tableOfFile } from './duckdb-sql.js'

/** B: values of our simulation, in memory beforehand, are encoded, to one file. Peers load them from `values`. */
export function encodeContenders({ node, inPython, rows, rowGroupRows, output, values, writeValues }) {
  const ours = { input: 'encode only', rows, timed: true, cpuOfPart: true }
  const rest = { ...ours, before: writeValues }
  const copies = (contender, file, place) =>
    ['snappy', 'zstd'].map((codec) =>
      contender(
        file,
        {
          before: tableOfFile(values),
          timed: [
            copyToFile('FROM readings', {
              path: join(output, 'part-0.parquet'),
              codec,
              rowGroupRows,
              isTuned: true,
            }),
          ],
        },
        { ...rest, name: `DuckDB COPY, tuned, ${place}, ${codec}` },
      ),
    )
  return [
    node('minilake.js', { held: true }, { ...ours, name: 'minilake', ours: true }),
    ...copies(node, 'duckdb-copy.js', 'Node'),
    ...(inPython
      ? [
          ...copies(inPython, 'duckdb_copy.py', 'Python'),
          ...['none', 'zstd'].map((codec) =>
            inPython('pyarrow_encode.py', { codec, values }, { ...rest, name: `pyarrow, tuned, ${codec}` }),
          ),
        ]
      : []),
  ]
}
