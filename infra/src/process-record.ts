import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants, copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { pid as ownPid } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The stored identity of a process. The system reuses process ids, so the identity includes the start time. */
interface ProcessRecord {
  pid: number
  began: string
  /** SHA-256 of its settings, because some of them are secret. */
  settings?: string | undefined
}

/** Returns the id of the process that a record names, or undefined if it is not running. */
export async function runningProcess(path: string): Promise<number | undefined> {
  const record = await readRecord(path)
  return record && (await isRunning(record)) ? record.pid : undefined
}

/** Reads a record. Returns undefined if there is none, or if a full disk has truncated it. */
export async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as ProcessRecord
  } catch {
    return undefined
  }
}

/**
 * Writes a record atomically, because a truncated record would hide a running process. Only the owner can read it, because it holds a
 * digest of secrets.
 */
export async function writeRecord(path: string, record: ProcessRecord): Promise<void> {
  await withUnfinished(path, record, (unfinished) => rename(unfinished, path))
}

/** How to take a lock. */
interface LockOptions {
  /** Makes the message of the error if the process `pid` holds the lock. */
  busy: (pid: number) => string
  /** How long to wait for the lock. Default 0. */
  waitSeconds?: number
}

/**
 * Runs `work` while this process holds a lock: a file with its record, which only one process can create. Rejects if another running
 * process holds the lock. Takes over the lock of a process that died.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await takeLock(path, options)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function takeLock(path: string, { busy, waitSeconds = 0 }: LockOptions): Promise<void> {
  let waited = 0
  const own = { pid: ownPid, began: (await startTimeOf(ownPid)) ?? '' }
  for (;;) {
    // `link` fails if the lock exists, and a lock is complete from its first moment on.
    const isTaken = await withUnfinished(path, own, (unfinished) =>
      link(unfinished, path)
        .catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') throw error
          return copyFile(unfinished, path, constants.COPYFILE_EXCL) // a file system without hard links
        })
        .then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code !== 'EEXIST') throw error
            return false
          },
        ),
    )
    if (isTaken) return
    const holder = await runningProcess(path)
    if (holder === undefined) {
      await removeStaleLock(path)
    } else {
      if (waited >= waitSeconds * 1000) throw new Error(busy(holder))
      await wait(50)
      waited += 50
    }
  }
}

/** Moves a stale lock away before removing it, and puts it back if another process has taken the lock in between. */
async function removeStaleLock(path: string): Promise<void> {
  const moved = `${path}.${randomUUID()}.stale`
  try {
    await rename(path, moved)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // another process was faster
    throw error
  }
  if ((await runningProcess(moved)) !== undefined) await link(moved, path).catch(() => {})
  await rm(moved)
}

async function withUnfinished<T>(
  path: string,
  record: ProcessRecord,
  use: (unfinished: string) => Promise<T>,
): Promise<T> {
  const unfinished = `${path}.${randomUUID()}.unfinished`
  try {
    await writeFile(unfinished, JSON.stringify(record), { mode: 0o600 })
    return await use(unfinished)
  } finally {
    await rm(unfinished, { force: true })
  }
}

async function isRunning({ pid, began }: ProcessRecord): Promise<boolean> {
  return (await startTimeOf(pid)) === began
}

/** Start time of a process, in the system's own notation. Undefined if there is no such process or it is a zombie. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat !== undefined) {
    // proc(5): field 3 is the state, 20 the number of threads, 22 the start in ticks since boot. Field 2, the name in parentheses, may
    // contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A main thread that exited before the others also shows as Z; the remaining threads still hold the ports and locks.
    return fields[0] === 'Z' && Number(fields[17]) <= 1 ? undefined : fields[19]
  }
  // macOS has no /proc.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { PATH: '/bin:/usr/bin', TZ: 'UTC', LC_ALL: 'C' }, // the text must not depend on the caller's locale and time zone
  }).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() || undefined
}
