import { spawn } from 'node:child_process'
import type { Variables } from './env-file.js'

/** Options for running a program. */
export interface ProgramOptions {
  /** Its whole environment. */
  env: Variables
  /** Text for its standard input. Default: empty. */
  input?: string
  /** Its working folder. Default: the current one. */
  cwd?: string
  /** User and group that it runs as. Default: those of this process. */
  account?: { uid: number; gid: number } | undefined
  signal?: AbortSignal | undefined
}

/**
 * Runs a program until it exits and returns its standard output. Rejects with the last lines of its output if it does not exit with 0,
 * and with the signal's reason if aborted.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, input = '', cwd, account = undefined, signal }: ProgramOptions,
): Promise<string> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, ...account, ...(signal && { signal }) })
    let output = ''
    let all = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text))
    child.stdin.on('error', () => {}) // the program may exit without reading its input
    child.stdin.end(input)
    child.on('error', (cause) => reject(signal?.aborted ? abortReason(signal) : cause))
    child.on('close', (code, killed) => {
      if (code === 0) return resolve(output)
      const last = all.trim().split('\n').slice(-5).join('\n')
      reject(
        new Error(`${command} ${code === null ? `was killed by ${killed}` : `exited with ${code}`}: ${last}`),
      )
    })
  })
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
}
