import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonWithPeers } from './generate/python-peers.js'
import { installTrinoClient } from './query/install-trino-client.js'
import { readings, writeLake } from './query/readings-lake.js'
import { compareAnswers, queryTable, summarizeQuery } from './query/results.js'
import { trinoStatements } from './query/trino-statements.js'
import { runContender } from './run-contender.js'

export const options = {
  days: { type: 'string', default: '1,90,1000' },
  trino: { type: 'string' },
  user: { type: 'string', default: 'minilake' },
  peers: { type: 'boolean', default: false },
  python: { type: 'string' },
}

const questions = [
  'hourly average',
  'p95 by device and day',
  'alarm episodes',
  'one day by hour',
  '1 M × 4 rows',
]

/**
 * Questions to lakes of `rows` readings in `days` days: ours on DuckDB beside plain SQL on the same DuckDB and, with `peers` (or a
 * `python` that has them), pandas and polars; and with the URL of a `trino`, our client beside others.
 */
export async function prepare({ folder, rows, days, trino, user, peers, python }) {
  const output = join(folder, 'output')
  const interpreter = peers || python ? pythonWithPeers(python, trino ? ['trino'] : []) : undefined
  const node = (file, task, rest) => ({
    ...rest,
    ...{ output, timed: true, cpuOfPart: true },
    args: [pathOf(file), JSON.stringify(task)],
  })
  const inPython = (file, task, rest) => ({
    ...node(file, task, rest),
    command: interpreter,
    environment: { PYTHONPATH: pathOf('../generate'), PYTHONDONTWRITEBYTECODE: '1' },
  })

  const lakes = days.split(',').map((text) => {
    const count = Number(text)
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`--days expected whole numbers of days such as 1,90,1000, got ${days}`)
    return { count, folder: join(folder, `lake-${count}`) }
  })
  const written = new Set()
  const embedded = lakes.flatMap((lake) =>
    questions.flatMap((question) => {
      const task = { question, lake: lake.folder, days: lake.count }
      const contender = (name, more = {}) => ({
        ...{ name, input: `${question}, ${lake.count} ${lake.count === 1 ? 'day' : 'days'}`, ...more },
        before: async () => {
          if (written.has(lake.count)) return
          written.add(lake.count)
          await writeLake(lake.folder, { rows, days: lake.count })
        },
      })
      const isRows = question === questions.at(-1)
      return [
        node(
          'minilake.js',
          { ...task, as: 'rows' },
          contender(isRows ? 'minilake, objects' : 'minilake', { ours: !isRows }),
        ),
        ...(isRows
          ? [node('minilake.js', { ...task, as: 'batches' }, contender('minilake, batches', { ours: true }))]
          : []),
        node('duckdb-sql.js', task, contender(isRows ? "DuckDB's own chunks" : 'plain SQL on DuckDB')),
        ...(interpreter && !isRows
          ? ['pandas', 'polars'].map((name) => inPython('frames.py', { ...task, name }, contender(name)))
          : []),
      ]
    }),
  )

  const client = trino && peers ? installTrinoClient(folder) : undefined
  const onTrino = Object.entries(trino ? trinoStatements(rows) : {}).flatMap(([question, sql]) => {
    const task = { url: trino, user, sql }
    const input = `Trino: ${question}`
    const ours = (as) =>
      node('minilake-trino.js', { ...task, as }, { name: `minilake, ${as}`, input, ours: as === 'batches' })
    return [
      ours('objects'),
      ours('batches'),
      node('keep-alive.js', task, { name: 'keep-alive HTTP + JSON.parse', input }),
      ...(client ? [node('trino-client.js', { ...task, client }, { name: 'trino-client', input })] : []),
      ...(interpreter ? [inPython('trino_python.py', task, { name: 'Python trino', input })] : []),
    ]
  })

  return {
    contenders: [...embedded, ...onTrino],
    run: runContender,
    summarize: summarizeQuery,
    compare: compareAnswers,
    table: queryTable,
    heading: (results) => [
      `${rows.toLocaleString('en-US')} readings of ${readings.name}; open: the least time of a query in a process that has run it once; first: from the start of the process to the first answer`,
      `versions: ${[...new Set(results.map(({ version }) => version))].join(', ')}`,
    ],
  }
}

function pathOf(file) {
  return fileURLToPath(new URL(`./query/${file}`, import.meta.url))
}
