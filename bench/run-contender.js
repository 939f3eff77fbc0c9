import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bytesBelow } from './bytes-below.js'

/**
 * Runs a contender once, in a process of its own and an empty folder `output`: wall seconds of the process, seconds (those of
 * the part that it timed itself, if it did), CPU seconds, peak memory in MiB, bytes written, and its version. A contender is
 * `command` (default Node) with `args` and `environment`; one with `timed` prints a line of JSON, `{ seconds, cpuSeconds,
 * version }`, which is also returned as `part`, and whose CPU seconds count only with `cpuOfPart`. `cpus` is a list for taskset. Throws what the process complained of.
 */
export async function runContender(contender, { folder, cpus }) {
  const {
    command = process.execPath,
    args,
    environment,
    output,
    timed = false,
    cpuOfPart = false,
  } = contender
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const usageFile = join(folder, 'usage.json')
  const words = [
    ...(cpus === undefined ? [] : ['taskset', '-c', cpus]),
    command,
    ...(command === process.execPath ? ['--import', import.meta.resolve('./report-usage.js')] : []),
    ...args,
  ]
  const start = performance.now()
  const child = spawn(words[0], words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, BENCH_USAGE_FILE: usageFile },
  })
  let [printed, errors] = ['', '']
  child.stdout.on('data', (text) => (printed += text))
  child.stderr.on('data', (text) => (errors += text))
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  const wallSeconds = (performance.now() - start) / 1000
  if (code !== 0) throw new Error(`${words.join(' ')} ended with code ${code}: ${errors}`)
  const { cpuSeconds, peakMib } = JSON.parse(readFileSync(usageFile, 'utf8'))
  rmSync(usageFile)
  const part = timed ? JSON.parse(printed) : undefined
  return {
    wallSeconds,
    seconds: part?.seconds ?? wallSeconds,
    cpuSeconds: cpuOfPart ? part.cpuSeconds : cpuSeconds,
    peakMib,
    bytes: bytesBelow(output),
    version: part?.version,
    part,
  }
}

/** The first `count` cores as a list for taskset; undefined where there is no taskset or it may not use them. */
export function firstCores(count) {
  const cpus = count === 1 ? '0' : `0-${count - 1}`
  return spawnSync('taskset', ['-c', cpus, process.execPath, '--version']).status === 0 ? cpus : undefined
}
