import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetMetadata } from 'hyparquet'
import { onTestFinished } from 'vitest'

/** The program of the CLI, built. */
export const bin = fileURLToPath(new URL('../bin/minilake.js', import.meta.url))

/** What a finished run has left. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** The built `minilake` in a folder. */
export type Minilake = (...args: string[]) => Promise<Run>

/** A fresh folder and the CLI in it; the folder goes when the test ends. */
export async function freshFolder(): Promise<{ folder: string; minilake: Minilake }> {
  // The CLI sees its folder by its real path, which the system's temporary folder may not have.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-test-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { folder, minilake: minilakeIn(folder) }
}

/**
 * The CLI in a folder, with environment variables of its own. It runs in one process for all runs of a test file, which saves most
 * of their time; use `processIn` where the process itself matters. `terminal` makes its standard output a terminal.
 */
export function minilakeIn(
  folder: string,
  variables: NodeJS.ProcessEnv = {},
  terminal?: { columns: number },
): Minilake {
  const environment = { ...foreignVariables, ...variables }
  return (...args) => serverRun({ folder, args, environment, terminal })
}

/** The CLI in a folder as a user starts it: each run is a process, with empty standard input. */
export function processIn(folder: string, variables: NodeJS.ProcessEnv = {}): Minilake {
  return (...args) => {
    const child = startMinilake(folder, args, variables)
    child.stdin.end()
    return finished(child)
  }
}

/** Starts the CLI without waiting for it; its standard input is open. */
export function startMinilake(folder: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...foreignVariables, ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

// Settings of whoever runs the tests must not reach them.
const foreignVariables = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^minilake_/i.test(name)),
)

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

let server: ChildProcess | undefined
let lastRun = 0
const running = new Map<number, { resolve: (run: Run) => void; reject: (reason: Error) => void }>()

function serverRun(run: {
  folder: string
  args: string[]
  environment: NodeJS.ProcessEnv
  terminal: { columns: number } | undefined
}): Promise<Run> {
  const started = (server ??= startServer())
  return new Promise((resolve, reject) => {
    const id = ++lastRun
    running.set(id, { resolve, reject })
    started.send({ id, ...run })
  })
}

/** Starts the process that runs the CLI for this test file; it ends when the test file does. */
function startServer(): ChildProcess {
  // Vitest's own options would lead the packages to their sources.
  const child = fork(fileURLToPath(new URL('./minilake-server.js', import.meta.url)), { execArgv: [] })
  child.on('message', ({ id, ...run }: Run & { id: number }) => {
    running.get(id)?.resolve(run)
    running.delete(id)
  })
  child.on('exit', (code, signal) => {
    server = undefined
    for (const { reject } of running.values())
      reject(new Error(`the process that runs the CLI died: ${code ?? signal}`))
    running.clear()
  })
  return child
}

/** The codecs of a Parquet file's column chunks. */
export async function codecsOf(path: string): Promise<(string | undefined)[]> {
  const bytes = await readFile(path)
  const { row_groups } = parquetMetadata(new Uint8Array(bytes).buffer)
  return row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec))
}
