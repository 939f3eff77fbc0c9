import { spawn } from 'node:child_process'
import type { Variables } from './env-file.js'

/** How to run a program. */
export interface ProgramOptions {
  env: Variables
  /** What it reads from its standard input. Default nothing. */
  input?: string
  cwd?: string
  /** Whom it runs as. Default: whom this process runs as. */
  account?: { uid: number; gid: number } | undefined
  signal?: AbortSignal | undefined
}

/**
 * Runs a program to its end and gives what it wrote to its standard output. Rejects with the last lines of what it wrote when it
 * ends with anything but 0, and with the signal's reason when aborted.
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
    child.stdin.on('error', () => {}) // it may end without reading
    child.stdin.end(input)
    child.on('error', (cause) => reject(signal?.aborted ? abortReason(signal) : cause))
    child.on('close', (code, killed) => {
      if (code === 0) return resolve(output)
      const last = all.trim().split('\n').slice(-5).join('\n')
      reject(new Error(`${command} ended with ${code ?? killed}: ${last}`))
    })
  })
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
}
