import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { duckDbEngine } from '../../src/duckdb/duckdb-engine.js'
import { freeSql, QueryError } from '../../src/index.js'
import { takeAll } from '../take-all.js'

// The child is built below the package, where it finds DuckDB.
const builds = fileURLToPath(new URL('../../.tsbuild/', import.meta.url))
let built: string
beforeAll(async () => {
  await mkdir(builds, { recursive: true })
  built = await mkdtemp(join(builds, 'child-'))
  await build({
    entry: [fileURLToPath(new URL('spilling-child.ts', import.meta.url))],
    outDir: built,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    external: [/^@duckdb/],
    noExternal: [/^@minilake/],
    esbuildOptions: (options) => {
      options.conditions = ['@minilake/source']
    },
    ...{ config: false, silent: true, dts: false, platform: 'node', target: 'node20' },
  })
})
afterAll(() => rm(built, { recursive: true, force: true }))

/** A new folder, removed at the end of the test. */
async function freshFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Starts a process that sorts more rows than fit in its memory. */
function startSort(cwd: string, { seed = 1, rows = 1_000_000, temp = cwd } = {}) {
  const parameters = [String(seed), String(rows), temp]
  const child: ChildProcess = spawn(process.execPath, [join(built, 'spilling-child.mjs'), ...parameters], {
    cwd,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()))
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(`${output}exit ${signal ?? code}`)),
  )
  return { child, ended }
}

/** The names of DuckDB's temporary files below a folder. */
async function temporaryFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.filter((name) => name.includes('duckdb_temp_'))
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found) return found
    await wait(10)
  }
}

test('two processes that spill at once in one folder both sort right, and leave nothing', async () => {
  const [cwd, temp] = [await freshFolder(), await freshFolder()]
  const sorts = [1, 2].map((seed) => startSort(cwd, { seed, temp }))
  const spilled = until(async () => (await temporaryFiles(temp)).length > 0)
  expect(await Promise.all(sorts.map(({ ended }) => ended))).toEqual([
    '1000000 rows, 0 wrong\nexit 0',
    '1000000 rows, 0 wrong\nexit 0',
  ])
  expect(await spilled).toBe(true)
  expect(await readdir(cwd)).toEqual([])
  expect(await readdir(temp)).toEqual([])
})

test('the folder of a killed process is removed when the next engine opens', async () => {
  const temp = await freshFolder()
  const { child, ended } = startSort(temp)
  await until(async () => (await temporaryFiles(temp)).length > 0)
  child.kill('SIGKILL')
  expect(await ended).toBe('exit SIGKILL')
  expect(await temporaryFiles(temp)).not.toEqual([])

  const engine = duckDbEngine({ tempFolder: temp })
  await engine.execute('SELECT 1')
  expect(await temporaryFiles(temp)).toEqual([])
  expect(await readdir(temp)).toHaveLength(1) // its own
  await engine.close()
  expect(await readdir(temp)).toEqual([])
})

test('the folders of running engines are left alone', async () => {
  const temp = await freshFolder()
  const engines = [duckDbEngine({ tempFolder: temp }), duckDbEngine({ tempFolder: temp })]
  for (const engine of engines) await engine.execute('SELECT 1')
  expect(await startSort(temp, { rows: 1000 }).ended).toBe('1000 rows, 0 wrong\nexit 0')
  expect(await readdir(temp)).toHaveLength(2)
  for (const engine of engines) await engine.close()
  expect(await readdir(temp)).toEqual([])
})

test('only abandoned folders of this machine are removed', async () => {
  const temp = await freshFolder()
  const engine = duckDbEngine({ tempFolder: temp })
  await engine.execute('SELECT 1')
  const [own = ''] = await readdir(temp)
  const owner = JSON.parse(await readFile(join(temp, own, 'minilake-owner.json'), 'utf8')) as object
  await engine.close()

  const unusedPid = 2 ** 22 + 1 // beyond Linux's and macOS's greatest
  const elsewhere = await freshFolder()
  await writeFile(join(elsewhere, 'minilake-owner.json'), JSON.stringify({ ...owner, pid: unusedPid }))
  const folder = async (name: string, marker?: string) => {
    await mkdir(join(temp, name))
    if (marker !== undefined) await writeFile(join(temp, name, 'minilake-owner.json'), marker)
  }
  const marker = (change: object) => JSON.stringify({ ...owner, ...change })
  await folder('minilake-duckdb-1-abandd', marker({ pid: unusedPid }))
  // Linux tells when a process started.
  if (existsSync('/proc')) await folder('minilake-duckdb-1-reused', marker({ started: '1' }))
  await folder('minilake-duckdb-1-runing', marker({}))
  await folder('minilake-duckdb-1-remote', marker({ pid: unusedPid, machine: 'another host' }))
  await folder('minilake-duckdb-1-nomark')
  await folder('minilake-duckdb-1-damagd', '{"pid":')
  await folder('minilake-duckdb-1-null00', 'null')
  await folder('minilake-duckdb-1-abc', marker({ pid: unusedPid }))
  await folder('minilake-duckdb-notes', marker({ pid: unusedPid }))
  await symlink(elsewhere, join(temp, 'minilake-duckdb-1-linked'))

  const next = duckDbEngine({ tempFolder: temp })
  await next.execute('SELECT 1')
  await next.close()
  expect((await readdir(temp)).sort()).toEqual([
    'minilake-duckdb-1-abc',
    'minilake-duckdb-1-damagd',
    'minilake-duckdb-1-linked',
    'minilake-duckdb-1-nomark',
    'minilake-duckdb-1-null00',
    'minilake-duckdb-1-remote',
    'minilake-duckdb-1-runing',
    'minilake-duckdb-notes',
  ])
  expect(await readdir(elsewhere)).toEqual(['minilake-owner.json'])
})

test('closing an engine ends what runs in it, and removes its folder', async () => {
  const temp = await freshFolder()
  const engine = duckDbEngine({ tempFolder: join(temp, 'new', 'folder') })
  const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b'
  const ended = expect(engine.execute(sql)).rejects.toThrow(
    new QueryError('the DuckDB engine is closed', { sql }),
  )
  await until(() => Promise.resolve(existsSync(join(temp, 'new', 'folder'))))
  await engine.close()
  await ended
  expect(await readdir(join(temp, 'new', 'folder'))).toEqual([])
})

test('an engine whose setup fails leaves no folder', async () => {
  const temp = await freshFolder()
  const engine = duckDbEngine({ tempFolder: temp, setup: ['SELEC 1'] })
  await expect(engine.execute('SELECT 1')).rejects.toBeInstanceOf(QueryError)
  expect(await readdir(temp)).toEqual([])
  await engine.close()
})

test('a folder that cannot be used is a QueryError that names it', async () => {
  const temp = await freshFolder()
  await writeFile(join(temp, 'file'), '')
  const engine = duckDbEngine({ tempFolder: join(temp, 'file') })
  await expect(engine.execute('SELECT 1')).rejects.toThrow(
    `temporary files expected a folder that can be written, got ${join(temp, 'file')}: EEXIST`,
  )
  await engine.close()
})

test('memory sets DuckDB’s limit', async () => {
  const engine = duckDbEngine({ memory: '1GiB' })
  expect(await takeAll(engine.query(freeSql("SELECT current_setting('memory_limit') AS memory")))).toEqual([
    { memory: '1.0 GiB' },
  ])
  await engine.close()
})

test.each(['4', '80%', '-1GB', '0GB', '0.0 MB', 'GB', '4GBs', ''])(
  'memory of %j is a RangeError',
  (memory) => {
    expect(() => duckDbEngine({ memory })).toThrow(
      new RangeError(`memory expected an amount with its unit, such as '4GB', got '${memory}'`),
    )
  },
)

test.each([0, -1, 1.5, NaN])('%d threads are a RangeError', (threads) => {
  expect(() => duckDbEngine({ threads })).toThrow(
    new RangeError(`threads expected a whole number of at least 1, got ${threads}`),
  )
})
