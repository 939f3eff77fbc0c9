import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Minilake, minilakeIn } from './run-minilake.js'

let folder: string
let minilake: Minilake
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-windows-'))
  minilake = minilakeIn(folder)
  const columns = {
    event_timestamp: { type: 'timestamp' },
    pump_id: { type: 'varchar' },
    pressure: { type: 'double' },
    speed: { type: 'double' },
  }
  await writeFile(
    join(folder, 'minilake.config.json'),
    JSON.stringify({ tables: [{ name: 'fleet', columns }] }),
  )
  await writeFile(
    join(folder, 'fleet.csv'),
    `event_timestamp,pump_id,pressure,speed
2026-03-28T22:59:59Z,p1,100,10
2026-03-28T23:00:00Z,p1,110,20
2026-03-29T00:30:00Z,p1,120,30
2026-03-29T21:59:59Z,p1,130,40
2026-03-29T10:00:00Z,p2,500,50
2026-03-29T22:00:00Z,p1,140,60
`,
  )
  expect((await minilake('import', 'fleet.csv')).code).toBe(0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const asked = async (...args: string[]) => {
  const { code, stdout, stderr } = await minilake('query', 'windows', '--format', 'csv', ...args)
  expect(stderr.replace(/^percentiles.*\n|^newest.*\n|^no rows.*\n/gm, '')).toBe('')
  expect(code).toBe(0)
  return stdout
}

test('selects aggregates of columns by source and day of a zone, and says that percentiles are exact', async () => {
  const args = ['--select', 'pressure:avg,max,p50; speed:count', '--every', 'day', '--by', 'pump_id']
  expect(await asked(...args, '--zone', 'Europe/Berlin')).toBe(
    `pump_id,start,avg_pressure,max_pressure,p50_pressure,count_speed
p1,2026-03-28T00:00:00+01:00,100,100,100,1
p1,2026-03-29T00:00:00+01:00,120,130,120,3
p1,2026-03-30T00:00:00+02:00,140,140,140,1
p2,2026-03-29T00:00:00+01:00,500,500,500,1
`,
  )
  expect((await minilake('query', 'windows', ...args)).stderr).toContain('percentiles are exact\n')
})

test('--where, --last and times on the clock of --zone choose the rows', async () => {
  const one = ['--select', 'pressure:count', '--every', 'month']
  for (const text of [`'p2'`, 'p2'])
    expect(await asked(...one, '--where', `pump_id = ${text}`)).toBe(
      'start,count_pressure\n2026-03-01T00:00:00.000Z,1\n',
    )
  expect(await asked(...one, '--last', '12h')).toContain(',2\n')
  expect((await minilake('query', 'windows', ...one, '--last', '12h')).stderr).toContain(
    'newest reading: 2026-03-29T22:00:00.000Z; from 2026-03-29T10:00:00.001Z\n',
  )
  const day = ['--from', '2026-03-29', '--to', '2026-03-29']
  expect(await asked(...one, ...day)).toContain('2026-03-01T00:00:00.000Z,4\n')
  expect(await asked(...one, ...day, '--zone', 'Europe/Berlin')).toContain('2026-03-01T00:00:00+01:00,4\n')
  expect(await asked(...one, '--from', '2026-03-29T01:30', '--zone', 'Europe/Berlin')).toContain(',4\n')
})

test('fills windows without rows', async () => {
  const args = ['--select', 'speed:max', '--every', '6h', '--where', `pump_id = 'p1'`, '--fill', 'previous']
  expect((await asked(...args)).split('\n').map((line) => line.split(',')[1])).toEqual([
    'max_speed',
    '20',
    '30',
    '30',
    '30',
    '60',
    undefined,
  ])
})

test.each([
  [
    ['--select', 'presure:avg'],
    '--select expected numeric columns of table fleet (pressure, speed), got presure (did you mean pressure?)',
  ],
  [
    ['--select', 'pressure'],
    `Expected columns and what to compute of them, such as 'pressure:avg,max,p95; speed:avg'.`,
  ],
  [
    ['--select', 'pressure:mean'],
    '--select expected avg, min, max, count, sum, stddev, first, last, twa, rate, p1 to p99, got mean',
  ],
  [
    ['--by', 'pump'],
    '--by expected columns of table fleet (event_timestamp, pump_id, pressure, speed), got pump',
  ],
  [
    ['--every', '7m'],
    '--every expected a length that divides a day, such as 15m, 1h or 8h, or day, week or month, got 7m',
  ],
  [['--zone', 'CET'], '--zone expected UTC or a name with a slash such as Europe/Berlin, got CET'],
  [['--zone', 'CET', '--from', '2026-01-01'], '--zone expected UTC or a name'],
  [['--zone', 'Europe/Berln'], 'such as Europe/Berlin, got Europe/Berln (did you mean Europe/Berlin?)'],
  [
    ['--from', '2026-01-02', '--to', '2026-01-01'],
    '--from expected a time before --to, got 2026-01-02 and 2026-01-01',
  ],
  [['--where', 'pump_id ='], '--where expected a text in single quotes'],
  [['--last', '1h', '--from', '2026-01-01'], '--last expected neither --from nor --to beside it'],
])('refuses %j', async (args, message) => {
  const { code, stdout, stderr } = await minilake('query', 'windows', ...args)
  expect(stderr).toContain(message)
  expect([code, stdout]).toEqual([2, ''])
})

test('no rows are no windows, and the times of the readings are said', async () => {
  const args = ['--from', '2027-01-01', '--fill', 'linear']
  expect(await asked(...args)).toBe('start,avg_pressure,avg_speed\n')
  const found = 'table fleet has readings from 2026-03-28T22:59:59.000Z to 2026-03-29T22:00:00.000Z\n'
  expect((await minilake('query', 'windows', ...args)).stderr).toContain(`no rows: ${found}`)
  expect((await minilake('query', 'hourly', '--from', '2027-01-01')).stderr).toContain(`no rows: ${found}`)
})
