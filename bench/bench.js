// usage: npm run bench -- NAME [options], see docs/benchmarks.md
// Runs a benchmark: its contenders in turn, each in a process of its own, so that drift of the machine hits all alike. Prints
// of each the fastest run, rows (or bytes) per second, CPU time, peak memory, and how many times as fast ours is; never judges.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus as machineCores, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareWithOurs, resultTable, summary } from './results.js'
import { runContender } from './run-contender.js'

const benchmarks = {
  import: () => import('./import.js'),
  generate: () => import('./generate.js'),
  ingest: () => import('./ingest.js'),
  merge: () => import('./merge.js'),
  query: () => import('./query.js'),
  'publish-one': () => import('./publish-one.js'),
  start: () => import('./start.js'),
}

const { name, benchmark, runs, json, only, ...options } = await readArguments().catch((error) => {
  console.error(`bench: ${error.message}`)
  process.exit(2)
})
const folder = mkdtempSync(join(tmpdir(), 'minilake-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))
let prepared
try {
  prepared = await benchmark.prepare({ folder, ...options })
  const { contenders, cpus, heading } = prepared
  const {
    run: runOnce = runContender,
    summarize = summary,
    compare = compareWithOurs,
    table = resultTable,
  } = prepared
  const chosen = contenders.filter(({ input, name }) =>
    only.every((text) => `${input}: ${name}`.includes(text)),
  )
  if (chosen.length === 0) throw new Error(`no contender of ${name} has ${only.join(' and ')} in its name`)
  for (const before of new Set(chosen.map(({ before }) => before))) await before?.()
  const results = chosen.map(() => [])
  for (let run = 1; run <= runs; run++) {
    for (const [index, contender] of chosen.entries()) {
      const result = await runOnce(contender, { folder, cpus })
      if (run === 1) result.facts = await contender.facts?.()
      if (contender.output) rmSync(contender.output, { recursive: true })
      results[index].push(result)
      console.error(`run ${run}: ${contender.input}: ${contender.name}: ${result.seconds.toFixed(2)} s`)
    }
  }
  const rows = compare(chosen.map((contender, index) => summarize(contender, results[index])))
  const machine = `${machineCores().length} × ${machineCores()[0].model}, Node ${process.versions.node}`
  const lines = [
    `bench ${name}: least of ${runs} runs, interleaved, on ${machine}`,
    ...(heading?.(rows) ?? []),
  ]
  if (json) console.log(JSON.stringify({ heading: lines, results: rows }, null, 2))
  else console.log([...lines, '', table(rows)].join('\n'))
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exitCode = 1
} finally {
  await prepared?.close?.()
}

/** The benchmark, and the options that it takes beside those of every one; throws for others. */
async function readArguments() {
  const [name, ...args] = process.argv.slice(2)
  if (!Object.hasOwn(benchmarks, name ?? '')) {
    throw new RangeError(
      `name expected one of ${Object.keys(benchmarks).join(', ')}, got ${name ?? 'nothing'}`,
    )
  }
  const benchmark = await benchmarks[name]()
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '10000000' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      ...benchmark.options,
    },
  })
  for (const option of ['rows', 'runs', 'cores', 'stream-gib']) {
    if (values[option] !== undefined) values[option] = wholeNumber(option, values[option])
  }
  const { cores } = values
  if (cores !== undefined && cores > 2) throw new RangeError(`--cores expected 1 or 2, got ${cores}`)
  return { ...values, name, benchmark }
}

function wholeNumber(option, text) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new RangeError(`--${option} expected a whole number of at least 1, got ${text}`)
  }
  return number
}
