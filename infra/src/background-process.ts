import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ProgramOptions } from './run-program.js'

/** A program that goes on after this process has ended. */
export interface BackgroundProgram extends Pick<ProgramOptions, 'env' | 'cwd' | 'account'> {
  command: string
  args: readonly string[]
  /** Variables that it has beside `env`; where they change, it must be started again. */
  settings?: Readonly<Record<string, string>>
}

/** What is remembered of a process: numbers are used again, so when it began is part of who it is. */
interface ProcessRecord {
  pid: number
  began: string
  /** A digest of its settings, some of which are secret. */
  settings?: string | undefined
}

/** Processes that are kept by name in a folder: `run/NAME.json` says which it is, `logs/NAME.log` is what it writes. */
export function backgroundProcesses(folder: string) {
  const recordPath = (name: string) => join(folder, 'run', `${name}.json`)
  const logPath = (name: string) => join(folder, 'logs', `${name}.log`)

  const find = async (name: string): Promise<number | undefined> => {
    const record = await readRecord(recordPath(name))
    return record && (await beginOf(record.pid)) === record.began ? record.pid : undefined
  }

  return {
    logPath,
    /** The process's number, while it runs. */
    find,

    /** Whether the process was started with these settings. */
    async hasSettings(name: string, settings: BackgroundProgram['settings']): Promise<boolean> {
      return (await readRecord(recordPath(name)))?.settings === digestOf(settings)
    },

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
        const pid = child.pid as number
        const began = (await beginOf(pid)) ?? ''
        await writeRecord(recordPath(name), { pid, began, settings: digestOf(settings) })
      } finally {
        await log.close()
      }
    },

    /** Ends a process and waits for it, for so long before it is killed. Gives whether it ran. */
    async stop(name: string, endSignal: NodeJS.Signals, { killAfterSeconds = 30 } = {}): Promise<boolean> {
      const pid = await find(name)
      if (pid !== undefined) {
        send(endSignal, pid)
        for (let waited = 0; (await find(name)) !== undefined; waited += 100) {
          if (waited === killAfterSeconds * 1000) send('SIGKILL', pid)
          await wait(100)
        }
        await untilNoted(pid)
      }
      await rm(recordPath(name), { force: true })
      return pid !== undefined
    },

    /**
     * Does some work while no other process does any in this folder: two that start a part at once would lose one of the two. Rejects
     * where another is at it.
     */
    async alone<T>(work: () => Promise<T>): Promise<T> {
      await mkdir(join(folder, 'run'), { recursive: true })
      const other = await find('lock')
      if (other !== undefined)
        throw new Error(
          `another minilake (process ${other}) is starting or stopping the stack in ${folder}: wait for it`,
        )
      await rm(recordPath('lock'), { force: true })
      await writeRecord(recordPath('lock'), { pid: ownPid, began: (await beginOf(ownPid)) ?? '' })
      try {
        return await work()
      } finally {
        await rm(recordPath('lock'), { force: true })
      }
    },

    /** The last lines of what a process wrote. */
    async lastLines(name: string, lines: number): Promise<string> {
      const text = await readFile(logPath(name), 'utf8').catch(() => '')
      return text.trim().split('\n').slice(-lines).join('\n')
    },
  }
}

function digestOf(settings: BackgroundProgram['settings']): string | undefined {
  return settings && createHash('sha256').update(JSON.stringify(settings)).digest('hex')
}

/** Written whole or not at all: half a record would hide a process that runs. Its owner's alone, for the digest of secrets. */
async function writeRecord(path: string, record: ProcessRecord): Promise<void> {
  await rm(`${path}.unfinished`, { force: true }) // the mode is given to a new file only
  await writeFile(`${path}.unfinished`, JSON.stringify(record), { mode: 0o600 })
  await rename(`${path}.unfinished`, path)
}

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as ProcessRecord
  } catch {
    return undefined // none, or one that a full disk has cut
  }
}

/** Sends a signal to a process that may have ended by now. Gives whether the system still has it; the signal 0 only asks. */
function send(signal: NodeJS.Signals | 0, pid: number): boolean {
  try {
    return kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}

/**
 * Waits until the system has forgotten a process that has ended: Trino takes one that it still has for one that runs. Not for long, as
 * in a container there may be nobody to take note of its end.
 */
async function untilNoted(pid: number): Promise<void> {
  for (let waited = 0; waited < 5000 && send(0, pid); waited += 100) await wait(100)
}

/** When a process began, in the system's own words; undefined when there is none, or it has ended and only its parent must still take note. */
async function beginOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat !== undefined) {
    // After the name in brackets, which may hold anything: the state is the 3rd field, threads the 20th, ticks since boot the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Its first thread may have ended before others, which keep its ports and locks.
    return fields[0] === 'Z' && Number(fields[17]) <= 1 ? undefined : fields[19]
  }
  // Where there is no /proc: macOS.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { PATH: '/bin:/usr/bin', TZ: 'UTC', LC_ALL: 'C' }, // the words must be the same whoever asks
  }).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() || undefined
}
