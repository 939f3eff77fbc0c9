import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Minilake, minilakeIn } from './run-minilake.js'

let folder: string
let minilake: Minilake
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-quality-'))
  minilake = minilakeIn(folder)
  const columns = {
    event_timestamp: { type: 'timestamp' },
    pump_id: { type: 'varchar' },
    pressure: { type: 'double', range: [0, 250] },
  }
  const tables = ['fleet', 'other'].map((name) => ({ name, columns }))
  await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables }))
  await writeFile(
    join(folder, 'fleet.csv'),
    `event_timestamp,pump_id,pressure
2026-01-01T00:00:00Z,p1,100
2026-01-01T00:00:01Z,p1,101
2026-01-01T00:00:05Z,p1,102
2026-01-01T00:00:06Z,p1,102
2026-01-01T00:00:07Z,p1,102
2026-01-01T00:00:00Z,p2,300
2026-01-01T00:00:02Z,p2,NaN
2026-01-01T00:00:01Z,p2,1
2026-01-01T00:00:02Z,p2,1
`,
  )
  expect((await minilake('import', 'fleet.csv', '--table', 'fleet')).code).toBe(0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('quality prints numbers of each source, and where the interval comes from', async () => {
  const { code, stdout, stderr } = await minilake(
    'quality',
    '--table',
    'fleet',
    '--stuck',
    '3',
    '--format',
    'csv',
  )
  expect(stdout).toBe(
    `pump_id,rows,interval_seconds,gaps,missing,duplicates,out_of_order,stuck,nan,out_of_range,wrong_clock,first,last
p1,5,1,1,3,0,0,1,0,0,0,2026-01-01T00:00:00.000Z,2026-01-01T00:00:07.000Z
p2,4,1,0,0,1,1,0,1,1,0,2026-01-01T00:00:00.000Z,2026-01-01T00:00:02.000Z
`,
  )
  expect(stderr).toMatch(/^the interval is inferred: /)
  expect(code).toBe(0)
})

test('--list has each stretch; -o writes it', async () => {
  const list = ['quality', '--table', 'fleet', '--list', '--stuck', '2s', '--interval', '1s']
  const { stdout, stderr } = await minilake(...list, '-o', 'found.csv')
  expect(stdout).toBe('')
  expect(stderr).toBe('6 rows in found.csv\n')
  const text = await readFile(join(folder, 'found.csv'), 'utf8')
  expect(text.replaceAll(/2026-01-01T00:00:([\d.]+)Z/g, '$1')).toBe(
    `pump_id,check,column,start,end,seconds,rows
p1,gap,,01.000,05.000,4,3
p1,stuck,pressure,05.000,07.000,2,3
p2,out_of_range,pressure,00.000,00.000,0,1
p2,out_of_order,,01.000,01.000,0,1
p2,duplicate,,02.000,02.000,0,1
p2,nan,pressure,02.000,02.000,0,1
`,
  )
})

test('nothing found is said, with how much was looked at; so is an empty table or range', async () => {
  const nothing = await minilake('quality', '--table', 'fleet', '--list', '--checks', 'wrong_clock')
  expect(nothing.stderr).toContain('nothing found in 9 rows of 2 sources of table fleet')
  const later = await minilake('quality', '--table', 'fleet', '--from', '2027-01-01')
  expect(later.stderr).toContain('no rows: table fleet has readings from 2026-01-01T00:00:00.000Z to')
  const empty = await minilake('quality', '--table', 'other')
  expect(empty.stderr).toContain('table other has no file in ')
  expect([nothing.code, later.code, empty.code]).toEqual([0, 0, 0])
})

test.each<[string[], string]>([
  [['--checks', 'gaps'], 'got gaps (did you mean gap?)'],
  [['--by', 'pumpid'], 'got pumpid (did you mean pump_id?)'],
  [['--key', 'pumpid'], 'got pumpid (did you mean pump_id?)'],
  [['--columns', 'presure'], 'got presure (did you mean pressure?)'],
  [['--ranges', 'presure=0:1'], 'got presure (did you mean pressure?)'],
  [['--ranges', 'pressure=2:1'], '--ranges expected a least and a greater number for pressure, got 2, 1'],
  [['--ranges', 'pressure=2'], 'Expected a least and a greatest number by column'],
  [['--stuck', '1'], '--stuck expected at least 2 readings, or seconds above 0, got 1'],
  [['--stuck', 'x'], 'Expected a number of readings such as 5, or a duration'],
  [['--interval', '0s'], 'Expected a duration above zero.'],
  [['--years', '2100-1990'], '--years expected a first and a last year from 1 to 9998, got 2100, 1990'],
  [['--from', '2026-01-02', '--to', '2026-01-01'], '--from expected a time before --to'],
])('%j is refused with one sentence', async (args, sentence) => {
  const { code, stdout, stderr } = await minilake('quality', '--table', 'fleet', ...args)
  expect(stderr).toContain(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})
