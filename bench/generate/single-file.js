import { join } from 'node:path'
import { copyToFile, generatedReadings } from './duckdb-sql.js'
import { shares } from './shares.js'

/** A: readings are generated and encoded, to one file; with more cores, to one for each, since range() runs on one thread. */
export function singleFileContenders({ node, inPython, rows, rowGroupRows, output, cores }) {
  const rest = { input: 'generate + encode', rows, timed: true }
  const copies = (contender, file, place) =>
    [false, true].flatMap((isTuned) =>
      ['snappy', 'zstd'].map((codec) =>
        contender(
          file,
          {
            timed: shares(rows, cores).map((share) =>
              copyToFile(generatedReadings({ ...share, isTuned }), {
                path: join(output, share.name),
                codec,
                rowGroupRows,
                isTuned,
              }),
            ),
          },
          { ...rest, name: `DuckDB COPY${isTuned ? ', tuned' : ''}, ${place}, ${codec}` },
        ),
      ),
    )
  return [
    node('minilake.js', {}, { ...rest, name: 'minilake', ours: true }),
    node('minilake.js', { truth: true }, { ...rest, name: 'minilake, with its truth' }),
    node('hyparquet-writer.js', {}, { ...rest, name: 'hyparquet-writer, defaults' }),
    ...copies(node, 'duckdb-copy.js', 'Node'),
    ...(inPython
      ? [
          ...copies(inPython, 'duckdb_copy.py', 'Python'),
          ...['none', 'zstd'].map((codec) =>
            inPython('pyarrow_file.py', { codec }, { ...rest, name: `pyarrow, tuned, ${codec}` }),
          ),
          inPython('pandas_file.py', {}, { ...rest, name: 'pandas to_parquet, snappy' }),
          inPython('polars_file.py', {}, { ...rest, name: 'polars write_parquet, zstd' }),
        ]
      : []),
  ]
}
