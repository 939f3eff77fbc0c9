import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ProgramOptions } from './run-program.js'

/** A program that keeps running after this process exits. */
export interface BackgroundProgram extends Pick<ProgramOptions, 'env' | 'cwd' | 'account'> {
  command: string
  args: readonly string[]
  /** Environment variables set in addition to `env`. When their values change, the program needs a restart. */
  settings?: Readonly<Record<string, string>>
}

/** The stored identity of a process. The system reuses process ids, so the identity includes the start time. */
interface ProcessRecord {
  pid: number
  began: string
  /** SHA-256 of its settings, because some of them are secret. */
  settings?: string | undefined
}

/** Manages named processes in a folder: `run/NAME.json` identifies the process, `logs/NAME.log` holds its output. */
export function backgroundProcesses(folder: string) {
  const recordPath = (name: string) => join(folder, 'run', `${name}.json`)
  const logPath = (name: string) => join(folder, 'logs', `${name}.log`)

  const find = async (name: string): Promise<number | undefined> => {
    const record = await readRecord(recordPath(name))
    return record && (await startTimeOf(record.pid)) === record.began ? record.pid : undefined
  }

  return {
    logPath,
    /** Returns the process id, or undefined if the process is not running. */
    find,

    /** Returns whether the process was last started with these settings. */
    async hasSettings(name: string, settings: BackgroundProgram['settings']): Promise<boolean> {
      return (await readRecord(recordPath(name)))?.settings === digestOf(settings)
    },

    /** Starts a process, truncates its log and stores its identity. Rejects if the program cannot be started. */
    async start(
      name: string,
      { command, args, env, cwd, account, settings }: BackgroundProgram,
    ): Promise<void> {
      await mkdir(join(folder, 'run'), { recursive: true })
      await mkdir(join(folder, 'logs'), { recursive: true })
      const log = await open(logPath(name), 'w')
      try {
        const child = spawn(command, args, {
          env: { ...env, ...settings },
          cwd,
          ...account,
          detached: true,
          stdio: ['ignore', log.fd, log.fd],
        })
        await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
        child.unref()
        const { pid } = child
        if (pid === undefined) throw new Error(`${command} has started without a process id`)
        const began = (await startTimeOf(pid)) ?? ''
        await writeRecord(recordPath(name), { pid, began, settings: digestOf(settings) })
      } finally {
        await log.close()
      }
    },

    /**
     * Sends a signal to a process and waits until it exits; kills it after `killAfterSeconds` (default 30). Returns whether it was
     * running.
     */
    async stop(name: string, endSignal: NodeJS.Signals, { killAfterSeconds = 30 } = {}): Promise<boolean> {
      const pid = await find(name)
      if (pid !== undefined) {
        send(endSignal, pid)
        for (let waited = 0; (await find(name)) !== undefined; waited += 100) {
          if (waited === killAfterSeconds * 1000) send('SIGKILL', pid)
          await wait(100)
        }
        await waitUntilReaped(pid)
      }
      await rm(recordPath(name), { force: true })
      return pid !== undefined
    },

    /**
     * Runs `work` while holding the folder's lock. Without the lock, two processes could start the same part and lose track of one.
     * Rejects if another process holds the lock.
     */
    async withLock<T>(work: () => Promise<T>): Promise<T> {
      await mkdir(join(folder, 'run'), { recursive: true })
      const other = await find('lock')
      if (other !== undefined)
        throw new Error(
          `another minilake (process ${other}) is starting or stopping the stack in ${folder}: wait until it has finished`,
        )
      await rm(recordPath('lock'), { force: true })
      await writeRecord(recordPath('lock'), { pid: ownPid, began: (await startTimeOf(ownPid)) ?? '' })
      try {
        return await work()
      } finally {
        await rm(recordPath('lock'), { force: true })
      }
    },

    /** Returns the last lines of a process's log. */
    async lastLines(name: string, lines: number): Promise<string> {
      const text = await readFile(logPath(name), 'utf8').catch(() => '')
      return text.trim().split('\n').slice(-lines).join('\n')
    },
  }
}

function digestOf(settings: BackgroundProgram['settings']): string | undefined {
  return settings && createHash('sha256').update(JSON.stringify(settings)).digest('hex')
}

/**
 * Writes a record atomically, because a truncated record would hide a running process. Only the owner can read it, because it holds a
 * digest of secrets.
 */
async function writeRecord(path: string, record: ProcessRecord): Promise<void> {
  await rm(`${path}.unfinished`, { force: true }) // writeFile applies the mode to new files only
  await writeFile(`${path}.unfinished`, JSON.stringify(record), { mode: 0o600 })
  await rename(`${path}.unfinished`, path)
}

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as ProcessRecord
  } catch {
    return undefined // no record, or one truncated by a full disk
  }
}

/** Sends a signal to a process that may have exited. Returns whether the process still exists. Signal 0 only checks for existence. */
function send(signal: NodeJS.Signals | 0, pid: number): boolean {
  try {
    return kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}

/**
 * Waits until the system has reaped a process that exited, because Trino's launcher takes a zombie for a running process. Gives up
 * after 5 seconds: in a container, there may be no parent that reaps it.
 */
async function waitUntilReaped(pid: number): Promise<void> {
  for (let waited = 0; waited < 5000 && send(0, pid); waited += 100) await wait(100)
}

/** Start time of a process, in the system's own notation. Undefined if there is no such process or it is a zombie. */
async function startTimeOf(pid: number): Promise<string | undefined> {
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
