// Loaded before a contender: at its end it writes what the process has used.
import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    writeFileSync(
      process.env.BENCH_USAGE_FILE,
      JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMib: peakKib(maxRSS) / 1024 }),
    )
  })
}

/** Linux's ru_maxrss begins with that of the process that started this one; VmHWM is this program's alone. */
function peakKib(maxRSS) {
  if (process.platform !== 'linux') return maxRSS
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
}
