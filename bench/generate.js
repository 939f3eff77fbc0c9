import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dailyContenders } from './generate/daily-files.js'
import { encodeContenders } from './generate/encode-only.js'
import { distinctLines, machineLine, measured, versionLines } from './generate/heading.js'
import { pythonWithPeers } from './generate/python-peers.js'
import { singleFileContenders } from './generate/single-file.js'
import { firstCores, runContender } from './run-contender.js'

export const options = {
  cores: { type: 'string', default: '1' },
  peers: { type: 'boolean', default: false },
  python: { type: 'string' },
}

const rowGroupRows = 1_048_576

/**
 * Readings of a pump, one a second, into Parquet: generated and encoded, encoded only, and as a file per day; ours beside
 * hyparquet-writer and DuckDB, and with `peers` (or a `python` that has them) beside those of Python.
 */
export async function prepare({ folder, rows, cores, peers, python }) {
  const cpus = firstCores(cores)
  const interpreter = peers || python ? pythonWithPeers(python) : undefined
  const output = join(folder, 'output')
  const values = join(folder, 'values')
  const task = { output, rows, cores, rowGroupRows }

  // A contender in a file of ./generate, which takes what to do as JSON.
  const node = (file, ownTask, rest) => ({
    ...rest,
    output,
    args: [pathOf(file), JSON.stringify({ ...task, ...ownTask })],
  })
  const inPython = (file, ownTask, rest) => ({
    ...node(file, ownTask, rest),
    command: interpreter,
    environment: {
      ...Object.fromEntries(threadVariables.map((name) => [name, String(cores)])),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })
  const given = { ...task, node, inPython: interpreter && inPython }

  const contenders = [
    ...singleFileContenders(given).map((contender) => ({
      ...contender,
      facts: () => ({
        distinct: JSON.parse(
          execFileSync(process.execPath, [
            pathOf('distinct-values.js'),
            JSON.stringify({ output, rowGroupRows }),
          ]),
        ),
      }),
    })),
    ...encodeContenders({
      ...given,
      values: join(values, 'part-0.parquet'),
      writeValues: () =>
        runContender(
          { ...node('minilake.js', { output: values, cores: 1 }, { timed: true }), output: values },
          { folder },
        ),
    }),
    ...dailyContenders({
      ...given,
      bin: fileURLToPath(new URL('../apps/cli/bin/minilake.js', import.meta.url)),
    }),
  ]
  return {
    contenders,
    cpus,
    heading: (results) => [
      machineLine({ cores, cpus, rowGroupRows }),
      ...measured,
      ...versionLines(results),
      ...distinctLines(results),
    ],
  }
}

const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'ARROW_NUM_THREADS',
  'POLARS_MAX_THREADS',
]

function pathOf(file) {
  return fileURLToPath(new URL(`./generate/${file}`, import.meta.url))
}
