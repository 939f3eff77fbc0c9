import { readFileSync } from 'node:fs'

// Linux has them in /proc; elsewhere they are not known.
const ticksPerSecond = 100

/** CPU seconds of a process since it began; undefined where that is not known. */
export function cpuSecondsOf(pid) {
  const fields = statOf(pid)
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** CPU seconds of all children of this process that have ended, and of theirs; undefined where that is not known. */
export function cpuSecondsOfChildren() {
  const fields = statOf('self')
  return fields && (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

/** Peak memory of a process in MiB, up to now; undefined where that is not known, or there is no such process (any more). */
export function peakMibOf(pid) {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')
  return peak ? Number(peak[1]) / 1024 : undefined
}

/** The fields after the name, which is in brackets and may hold anything. */
function statOf(pid) {
  const text = textOf(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // no /proc, or no such process
  }
}
