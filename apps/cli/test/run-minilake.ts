import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = fileURLToPath(new URL('../bin/minilake.js', import.meta.url))

/** What a finished run has left. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** The built `minilake` in a folder, as a user starts it. */
export type Minilake = (...args: string[]) => Promise<Run>

/** A fresh folder and the CLI in it; the folder goes when the test ends. */
export async function freshFolder(): Promise<{ folder: string; minilake: Minilake }> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { folder, minilake: minilakeIn(folder) }
}

/** The CLI in a folder. */
export function minilakeIn(folder: string): Minilake {
  return (...args) => finished(startMinilake(folder, args))
}

/** Starts the CLI without waiting for it. */
export function startMinilake(folder: string, args: readonly string[]) {
  return spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Waits for a run to end. */
export function finished(child: ReturnType<typeof startMinilake>): Promise<Run> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
