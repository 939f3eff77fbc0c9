// usage: npm run bench -- NAME [--rows N] [--runs N] [--json]
// Runs a benchmark: its contenders in turn, each in a process of its own, so that drift of the machine hits all alike. Prints
// of each the fastest run, rows per second, CPU time, peak memory and the ratio to the peer; never judges.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const benchmarks = { import: () => import('./import.js') }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string' }, runs: { type: 'string', default: '3' }, json: { type: 'boolean' } },
})
const [name] = positionals
if (positionals.length !== 1 || !Object.hasOwn(benchmarks, name)) {
  console.error(
    `bench expected one of ${Object.keys(benchmarks).join(', ')}, got ${positionals.join(' ') || 'nothing'}`,
  )
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'minilake-bench-'))
try {
  const { prepare } = await benchmarks[name]()
  const contenders = await prepare({ folder, ...(values.rows && { rows: Number(values.rows) }) })
  const results = contenders.map(() => [])
  for (let run = 1; run <= Number(values.runs); run++) {
    for (const [index, contender] of contenders.entries()) {
      const result = await measure(contender)
      results[index].push(result)
      console.error(`run ${run}: ${contender.name}: ${result.seconds.toFixed(2)} s`)
    }
  }
  const rows = contenders.map((contender, index) => summary(contender, results[index]))
  for (const row of rows) {
    const peer = rows.find(({ name, input }) => name === row.peer && input === row.input)
    if (peer) row.ratio = peer.seconds / row.seconds
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2))
  else console.log(table(rows))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Runs a contender once: wall and CPU seconds, peak memory in MiB, and the bytes that it wrote. */
async function measure({ args, output }) {
  rmSync(output, { recursive: true, force: true })
  const usageFile = join(folder, 'usage.json')
  const start = performance.now()
  const child = spawn(process.execPath, ['--import', import.meta.resolve('./report-usage.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, BENCH_USAGE_FILE: usageFile },
  })
  let errors = ''
  child.stderr.on('data', (text) => (errors += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const seconds = (performance.now() - start) / 1000
  if (code !== 0) throw new Error(`${args.join(' ')} ended with code ${code}: ${errors}`)
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(usageFile, 'utf8'))
  const { bytesBelow } = await import('./bytes-below.js')
  return {
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMib: maxRSS / 1024,
    bytes: bytesBelow(output),
  }
}

function summary({ name, input, rows, peer }, results) {
  const least = (key) => Math.min(...results.map((result) => result[key]))
  const seconds = least('seconds')
  return {
    name,
    input,
    peer,
    rows,
    seconds,
    rowsPerSecond: Math.round(rows / seconds),
    cpuSeconds: least('cpuSeconds'),
    peakMib: Math.round(Math.max(...results.map(({ peakMib }) => peakMib))),
    bytesPerRow: results[0].bytes / rows,
  }
}

function table(rows) {
  const lines = [
    ['', 'input', 'rows', 's', 'M rows/s', 'CPU s', 'peak MiB', 'B/row', 'speed ratio'],
    ...rows.map(({ name, input, rows, seconds, rowsPerSecond, cpuSeconds, peakMib, bytesPerRow, ratio }) => [
      name,
      input,
      rows.toLocaleString('en-US'),
      seconds.toFixed(2),
      (rowsPerSecond / 1e6).toFixed(2),
      cpuSeconds.toFixed(1),
      String(peakMib),
      bytesPerRow.toFixed(2),
      ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    ]),
  ]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line) =>
      line
        .map((text, column) => (column < 2 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
        .join('  '),
    )
    .join('\n')
}
