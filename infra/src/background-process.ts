import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { readRecord, runningProcess, startTimeOf, withLock, writeRecord } from './process-record.js'
import type { ProgramOptions } from './run-program.js'

/** A program that keeps running after this process exits. */
export interface BackgroundProgram extends Pick<ProgramOptions, 'env' | 'cwd' | 'account'> {
  command: string
  args: readonly string[]
  /** Environment variables set in addition to `env`. When their values change, the program needs a restart. */
  settings?: Readonly<Record<string, string>>
}

/** Manages named processes in a folder: `run/NAME.json` identifies the process, `logs/NAME.log` holds its output. */
export function backgroundProcesses(folder: string) {
  const recordPath = (name: string) => join(folder, 'run', `${name}.json`)
  const logPath = (name: string) => join(folder, 'logs', `${name}.log`)

  const find = (name: string) => runningProcess(recordPath(name))

  /** Makes the folders of records and logs. Only the owner can open them. */
  const makeFolders = async () => {
    for (const name of ['run', 'logs']) {
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 })
      await chmod(join(folder, name), 0o700) // those of earlier versions
    }
  }

  return {
    logPath,
    /** Returns the process id, or undefined if the process is not running. */
    find,

    /** Returns whether the process has been started, and not been stopped since. It may have died. */
    async isKnown(name: string): Promise<boolean> {
      return (await readRecord(recordPath(name))) !== undefined
    },

    /** Returns whether the process was last started with these settings. */
    async hasSettings(name: string, settings: BackgroundProgram['settings']): Promise<boolean> {
      return (await readRecord(recordPath(name)))?.settings === digestOf(settings)
    },

    /**
     * Starts a process, truncates its log and stores its identity. Rejects if the program cannot be started. Ends the process again if
     * its identity cannot be stored, because nobody could find it any more.
     */
    async start(
      name: string,
      { command, args, env, cwd, account, settings }: BackgroundProgram,
    ): Promise<void> {
      await makeFolders()
      const log = await open(logPath(name), 'w', 0o600)
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
        try {
          const began = (await startTimeOf(pid)) ?? ''
          await writeRecord(recordPath(name), { pid, began, settings: digestOf(settings) })
        } catch (cause) {
          send('SIGKILL', -pid) // with its own children: it leads a process group
          await waitUntilReaped(pid)
          throw cause
        }
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
      await makeFolders()
      return withLock(
        recordPath('lock'),
        {
          busy: (pid) =>
            `another minilake (process ${pid}) is starting or stopping the stack in ${folder}: wait until it has finished`,
        },
        work,
      )
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
