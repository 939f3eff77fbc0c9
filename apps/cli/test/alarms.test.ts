import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Minilake, minilakeIn } from './run-minilake.js'

let folder: string
let minilake: Minilake
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-alarms-'))
  minilake = minilakeIn(folder)
  const columns = {
    event_timestamp: { type: 'timestamp' },
    pump_id: { type: 'varchar' },
    pressure: {
      type: 'double',
      highLimit: 150,
      deadband: 3,
      range: [0, 250],
      alarms: [{ below: 20, severity: 'critical', name: 'dry' }],
    },
    speed: { type: 'double' },
  }
  const empty = { event_timestamp: columns.event_timestamp, power: { type: 'double', highLimit: 1 } }
  const tables = [
    { name: 'fleet', columns },
    { name: 'other', columns: empty },
  ]
  await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables }))
  await writeFile(
    join(folder, 'fleet.csv'),
    `event_timestamp,pump_id,pressure,speed
2026-01-01T00:00:00Z,p1,151,10
2026-01-01T00:01:00Z,p1,160,20
2026-01-01T00:02:00Z,p1,148,30
2026-01-01T00:03:00Z,p1,147,40
2026-01-01T00:04:00Z,p2,10,50
2026-01-01T00:05:00Z,p2,150,60
2026-01-01T00:06:00Z,p2,150.5,60
`,
  )
  expect((await minilake('import', 'fleet.csv', '--table', 'fleet')).code).toBe(0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const fleet = ['--table', 'fleet', '--format', 'csv']

test('alarms lists episodes of all rules, and says how many are open', async () => {
  const { stdout, stderr } = await minilake('alarms', ...fleet)
  expect(stdout).toBe(
    `pump_id,rule,severity,start,end,seconds,peak,rows
p1,pressure_high,low,2026-01-01T00:00:00.000Z,2026-01-01T00:03:00.000Z,180,160,2
p2,dry,critical,2026-01-01T00:04:00.000Z,2026-01-01T00:05:00.000Z,60,10,1
p2,pressure_high,low,2026-01-01T00:06:00.000Z,,,150.5,1
`,
  )
  expect(stderr).toBe('1 alarm still open: no end yet\n')
})

test('options choose rules, another limit, delays and sources', async () => {
  const rulesOf = async (...args: string[]) =>
    (await minilake('alarms', ...fleet, ...args)).stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replaceAll(/2026-01-01T([\d:.]+)Z/g, '$1'))
  expect(await rulesOf('--rules', 'dry')).toEqual(['p2,dry,critical,00:04:00.000,00:05:00.000,60,10,1'])
  expect(await rulesOf('--column', 'speed', '--above', '45', '--by', 'pump_id')).toEqual([
    'p2,speed_high,low,00:04:00.000,,,60,3',
  ])
  expect(await rulesOf('--on-delay', '1m', '--deadband', '0')).toEqual([
    'p1,pressure_high,low,00:00:00.000,00:02:00.000,120,160,2',
  ])
  expect(await rulesOf('--from', '2026-01-01T00:06')).toEqual(['p2,pressure_high,low,00:06:00.000,,,150.5,1'])
})

test('--rows counts and lists the rows beyond a limit', async () => {
  const { stdout } = await minilake('alarms', '--rows', '--table', 'fleet', '--limit', '0')
  expect(stdout).toMatch(/^4 rows with pressure > 150 or pressure < 20\n/)
})

test('alarms kpi judges the alarms by limits, each an option', async () => {
  const table = await minilake('alarms', 'kpi', '--table', 'fleet', '--limits', 'perDay=3')
  expect(table.stderr).toContain('3 alarms of table fleet from 2026-01-01T00:00:00.000Z')
  expect(table.stdout).toMatch(/^alarms per day, average +720\.00 +≤ 3 +no +given/m)
  expect(table.stdout).toMatch(/^stale alarms, most on a day +0\.00 +< 5 +yes +ISA-18\.2-2016/m)
  expect(table.stdout).toMatch(/^different alarms +3\.00 +– +– +–/m)
  expect(table.stdout).not.toContain('most frequent alarms, %')
  expect(table.stdout).toMatch(/^p1 pressure_high +1 +33\.33$/m)
  const range = ['--from', '2026-01-01', '--to', '2026-01-01']
  const { stdout } = await minilake('alarms', '--table', 'fleet', 'kpi', ...range, '--json')
  const { alarms, figures } = JSON.parse(stdout) as { alarms: number; figures: object[] }
  expect(alarms).toBe(3)
  expect(figures[0]).toMatchObject({ figure: 'alarms per day, average', value: 3, limit: 144, isMet: true })
})

test('an empty table is said to be empty', async () => {
  for (const command of [['alarms'], ['alarms', 'kpi'], ['alarms', '--rows']]) {
    const { code, stderr } = await minilake(...command, '--table', 'other')
    expect(stderr).toContain('table other has no file in ')
    expect(code).toBe(0)
  }
})

test.each<[string[], string]>([
  [['query', 'alarms', '--threshold', '5'], 'query alarms is now minilake alarms --rows;'],
  [['alarms', ...fleet, '--rules', 'dri'], 'got dri (did you mean dry?)'],
  [['alarms', ...fleet, '--column', 'presure'], 'got presure (did you mean pressure?)'],
  [['alarms', ...fleet, '--by', 'pumpid'], 'got pumpid (did you mean pump_id?)'],
  [['alarms', ...fleet, '--column', 'speed'], 'table fleet has no alarm rule on column speed: define'],
  [['alarms', ...fleet, '--deadband', '-1'], 'deadband expected a number of 0 or more'],
  [
    ['alarms', ...fleet, '--deadband', '140'],
    'alarm pressure_high: deadband expected at most 130, the band between pressure_high and dry, got 140',
  ],
  [
    ['alarms', ...fleet, '--column', 'pressure', '--above', '300'],
    "above expected a limit inside the column's range",
  ],
  [['alarms', ...fleet, '--on-delay', '-1s'], "argument '-1s' is invalid. Expected 0, or a duration"],
  [
    ['alarms', ...fleet, '--above', '1', '--below', '0'],
    "'--above <value>' cannot be used with option '--below <value>'",
  ],
  [['alarms', 'kpi', '--table', 'fleet', '--limits', 'perDy=1'], 'got perDy (did you mean perDay?)'],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--limits', 'perDay'],
    'Expected names with numbers, such as perDay=150',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--from', '2027-01-01'],
    'the range expected some of the readings of table fleet, which are from 2026-01-01T00:00:00.000Z to',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--from', '2020-01-01', '--to', '2020-01-31'],
    'the range expected some of the readings of table fleet, which are from 2026-01-01T00:00:00.000Z to',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--limits', 'floodStart=3,floodEnd=9'],
    'alarm KPI limit floodEnd expected at most 4, so that a flood can last, got 9',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--rows'],
    'alarms kpi expected no --rows: it is an option of minilake alarms',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '--limit', '3'],
    'alarms kpi expected no --limit: it is an option of',
  ],
  [
    ['alarms', 'kpi', '--table', 'fleet', '-o', 'kpi.csv'],
    'alarms kpi expected no --output: it is an option of',
  ],
])('%j is refused with one sentence', async (args, sentence) => {
  const { code, stdout, stderr } = await minilake(...args)
  expect(stderr).toContain(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('no alarms in a range without readings: the times of the readings are said, and not where there are some', async () => {
  const found = /^no rows: table fleet has readings from 2026-01-01T00:00:00.000Z to .*$/m
  for (const command of [['alarms'], ['alarms', '--rows']]) {
    const args = [...command, ...fleet, '--from']
    expect((await minilake(...args, '2027-01-01')).stderr).toMatch(found)
    const { stdout, stderr } = await minilake(...args, '2026-01-01', '--column', 'speed', '--above', '9999')
    expect(stdout).not.toBe('')
    expect(stderr).not.toMatch(found)
  }
})
