import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Minilake, minilakeIn } from './run-minilake.js'
import { emptyLake, stackFolder } from './stack-folder.js'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 120_000 })
const stack = inject('stack')
let folder: string
let minilake: Minilake

beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder } = await stackFolder(stack))
  minilake = minilakeIn(folder)
})
afterAll(async () => {
  await emptyLake(stack)
  await rm(folder, { recursive: true, force: true })
})

/** What each command of docs/iceberg.md says, in order, and the rows in the table afterwards. `ID` is the snapshot before the removal. */
const told: { command: string; says: RegExp; rows: number }[] = [
  { command: 'import readings.csv', says: /6 rows/, rows: 6 },
  {
    command: 'convert',
    says: /^converted pump: 6 rows of 1 data file, compared for 1 day\n.*pump_hive/,
    rows: 6,
  },
  { command: 'remove', says: /2 rows/, rows: 4 },
  { command: 'snapshots', says: /\bdelete\b.*\b2\b[\s\S]*\b6\b/, rows: 4 },
  { command: 'query hourly', says: /^2026-01-02 11:00:00/m, rows: 4 },
  { command: 'rollback', says: /^rolled back pump to snapshot \d+ of \S+ \(6 rows in 1 file\)/, rows: 6 },
  { command: 'maintain', says: /^no day of pump has several small files: 1 file/, rows: 6 },
]

test('the commands of docs/iceberg.md, in order, say and do what the page tells', async () => {
  const page = await readFile(resolve('docs/iceberg.md'), 'utf8')
  const blocks = (language: string) =>
    [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, name, text = '']) =>
      name === language ? [text] : [],
    )
  const config = blocks('json').at(0) ?? ''
  await writeFile(join(folder, 'minilake.config.json'), config)
  const [file = '', ...commands] = blocks('sh')
  await promisify(execFile)('sh', ['-ec', file], { cwd: folder })
  const lines = commands.flatMap((text) => text.trim().split('\n'))
  expect(lines).toHaveLength(told.length)
  const json = async (...args: string[]) =>
    JSON.parse((await minilake(...args, '--profile', 'stack', '--json')).stdout) as Record<string, unknown>[]
  const rows = async () =>
    (await json('query', 'sql', 'SELECT count(*) AS n FROM hive.iot_dw.pump'))[0]?.['n']
  for (const [at, line] of lines.entries()) {
    const { command, says, rows: expected } = told[at]!
    expect(line).toContain(`minilake ${command} `)
    const id = line.includes(' ID ') ? String((await json('snapshots', '--table', 'pump'))[1]?.['id']) : ''
    const args = line.replace(' ID ', ` ${id} `).split(' ').slice(1)
    const { code, stdout, stderr } = await minilake(...args)
    expect(code, `${line}: ${stderr}`).toBe(0)
    expect(stdout + stderr, line).toMatch(says)
    expect(await rows(), line).toBe(expected)
  }
  expect(JSON.parse(await readFile(join(folder, 'minilake.config.json'), 'utf8'))).toMatchObject({
    tables: [{ name: 'pump', format: 'iceberg' }],
  })
})

test('query --at takes a time of day', async () => {
  const at = async (time: string, ...more: string[]) =>
    minilake('query', 'hourly', '--table', 'pump', '--at', time, '--profile', 'stack', '--json', ...more)
  const rowsAt = async (time: string) => (JSON.parse((await at(time)).stdout) as unknown[]).length
  const listed = await minilake('snapshots', '--table', 'pump', '--profile', 'stack', '--json')
  const all = JSON.parse(listed.stdout) as { operation: string; at: string }[]
  const removal = all.findIndex(({ operation }) => operation === 'delete')
  for (const [snapshot, rows] of [
    [removal, 4],
    [removal + 1, 6],
  ] as const) {
    const [day = '', clock = ''] = (all[snapshot]?.at ?? '').replace('Z', '').split('T')
    expect(clock).toMatch(/^\d\d:\d\d:\d\d\.\d+$/)
    expect(await rowsAt(`${day} ${clock}`)).toBe(rows)
    expect(await rowsAt(`${day}T${clock}Z`)).toBe(rows)
  }
  const early = await at('2020-01-05 10:00')
  expect(early.stderr).toMatch(/table pump has no snapshot of 2020-01-05T10:00:00\.000Z/)
  expect(early.code).toBe(2)
})

test.each([
  ['snapshots --table pumpp', 2, /pumpp/],
  ['snapshots --table pump --profile embedded', 2, /embedded/],
  ['query hourly --table pump --at 2020-01-01', 2, /table pump has no snapshot of 2020-01-01T00:00:00\.000Z/],
  ['query hourly --table pump --snapshot 12x', 2, /--snapshot/],
  ['query hourly --table pump --snapshot 1', 2, /table pump has no snapshot 1/],
  ['rollback --table pump', 2, /--snapshot/],
  ['rollback --table pump --snapshot 1 --yes', 2, /table pump has no snapshot 1/],
  ['maintain --table pump --smaller-than 0', 2, /--smaller-than/],
  ['convert --table pump --profile embedded', 2, /convert is for Trino/],
  ['drop --table pump_hives --data', 2, /pump_hives/],
])('minilake %s: one sentence, exit %i', async (line, code, says) => {
  const profile = line.includes('--profile') ? [] : ['--profile', 'stack']
  const run = await minilake(...line.split(' '), ...profile)
  expect(run.stderr).toMatch(says)
  expect(run.code, run.stderr).toBe(code)
  expect(run.stdout).toBe('')
})

test('a user of Trino that only queries removes no rows, and is told so', async () => {
  const reader = minilakeIn(folder, { MINILAKE_STACK_USER: 'minilake-query' })
  const { code, stderr } = await reader('remove', '--table', 'pump', '--yes', '--profile', 'stack')
  expect(stderr).toMatch(/Access Denied/)
  expect(code).toBe(1)
})
