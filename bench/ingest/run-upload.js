import { spawn } from 'node:child_process'
import { cpuSecondsOf, cpuSecondsOfChildren, peakMibOf } from './process-usage.js'

/**
 * Runs a contender once, in a process of its own, into a bucket that is empty before and removed afterwards: wall seconds of the
 * process, seconds (those that it timed itself, if it did), CPU seconds of it and of the server, peak memory in MiB, version.
 * A contender that uploads `files` of `bytes` has `words`: by the bucket, its `command`, `args` and `environment`; one with `isTimed`
 * prints `{ seconds, version }` as JSON. Throws what the process complained of, and where the bucket has not got what was sent.
 */
export async function runUpload({ name, server, words, files, bytes, isTimed }, { buckets }) {
  const bucket = server.counted ? 'minilake-bench' : await buckets.make()
  const { command, args, environment } = words(bucket)
  const [serverBefore, clientBefore] = [server.pid && cpuSecondsOf(server.pid), cpuSecondsOfChildren()]
  const { output, wallSeconds, peakMib } = await runProcess(command, args, environment)
  const [serverAfter, clientAfter] = [server.pid && cpuSecondsOf(server.pid), cpuSecondsOfChildren()]

  const found = server.counted ? await server.counted() : await buckets.look(bucket)
  if (found.bytes !== bytes || found.files !== files)
    throw new Error(
      `${name} expected ${files} objects of ${bytes} bytes in all in the bucket, got ${found.files} of ${found.bytes}`,
    )
  if (!server.counted) await buckets.remove(bucket)
  const timed = isTimed ? JSON.parse(output) : {}
  return {
    wallSeconds,
    seconds: timed.seconds ?? wallSeconds,
    cpuSeconds: difference(clientAfter, clientBefore),
    serverCpuSeconds: difference(serverAfter, serverBefore),
    peakMib,
    version: timed.version,
  }
}

async function runProcess(command, args, environment) {
  const start = performance.now()
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let [output, errors, peakMib] = ['', '', undefined]
  child.stdout.on('data', (text) => (output += text))
  child.stderr.on('data', (text) => (errors += text))
  // The peak only grows: what is lost is that of the last moments.
  const look = setInterval(() => (peakMib = peakMibOf(child.pid) ?? peakMib), 10)
  try {
    const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
    const wallSeconds = (performance.now() - start) / 1000
    if (code !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with code ${code}: ${errors || output}`)
    return { output, wallSeconds, peakMib }
  } finally {
    clearInterval(look)
  }
}

function difference(after, before) {
  return after === undefined || before === undefined ? undefined : after - before
}
