import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createdBy } from '@minilake/parquet'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFolder, minilakeIn, processIn } from './run-minilake.js'

const bucket = join('lake', 'iot-time-series')

/** A folder with three days of a pump, a reading a minute, generated and ingested; made once, and copied for each test. */
let made: string
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'minilake-test-made-'))
  const minilake = minilakeIn(made)
  await minilake('generate', '--days', '3', '--interval', '1m')
  const ingested = await minilake('ingest')
  expect(ingested).toMatchObject({ code: 0, stderr: expect.stringMatching(/^3 files published in lake/) })
})
afterAll(() => rm(made, { recursive: true, force: true }))

async function freshLake() {
  const { folder, minilake } = await freshFolder()
  await cp(made, folder, { recursive: true })
  const stored = (day: number) => join(folder, bucket, 'pump', `2026-01-0${day}.parquet`)
  return { folder, minilake, stored }
}

describe('ingest', () => {
  test('publishes under the keys of the bucket, and a second run publishes nothing and says so', async () => {
    const { folder, minilake, stored } = await freshLake()
    expect(await readFile(stored(2))).toEqual(
      await readFile(join(folder, 'out', 'pump', '2026-01-02.parquet')),
    )
    const { mtimeMs } = await stat(stored(2))
    const again = await minilake('ingest')
    expect(again).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^nothing new to publish: 3 files unchanged/),
    })
    expect((await stat(stored(2))).mtimeMs).toBe(mtimeMs)
  })

  test('reports a key with other content as a conflict and leaves it; --overwrite replaces it, its truth too', async () => {
    const { minilake, stored } = await freshLake()
    const before = await readFile(stored(1))
    await minilake('generate', '--days', '1', '--interval', '1m', '--seed', '7', '--out', 'other')
    const conflict = await minilake('ingest', 'other')
    expect(conflict.code).toBe(1)
    expect(conflict.stderr).toContain('2026-01-01.parquet already exists with different content')
    expect((await readFile(stored(1))).equals(before)).toBe(true)
    expect((await minilake('verify')).code).toBe(0)

    expect(await minilake('ingest', 'other', '--overwrite')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^1 file replaced/),
    })
    expect((await minilake('verify')).code).toBe(0)
  })

  test('refuses files that are not data files of a table, publishes the others, and completes after a repair', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--days', '2', '--interval', '1m')
    const inOut = (...path: string[]) => join(folder, 'out', ...path)
    const whole = await readFile(inOut('pump', '2026-01-02.parquet'))
    await truncate(inOut('pump', '2026-01-02.parquet'), 5000)
    await writeFile(inOut('pump', 'words.parquet'), 'these are words, not columns')
    await writeFile(inOut('pump', 'foreign.parquet'), foreignFile())
    await mkdir(inOut('pump', 'sub'))
    await copyFile(inOut('pump', '2026-01-01.parquet'), inOut('pump', 'sub', '2026-01-01.parquet'))
    await mkdir(inOut('pmp'))
    await copyFile(inOut('pump', '2026-01-01.parquet'), inOut('pmp', '2026-01-01.parquet'))

    const run = await minilake('ingest')
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/^1 file published/)
    expect(run.stderr).toContain('2026-01-02.parquet: a truncated Parquet file: expected PAR1 at its end')
    expect(run.stderr).toContain('words.parquet: not a Parquet file: expected PAR1 at its start, got "thes"')
    expect(run.stderr).toContain(
      'foreign.parquet: does not fit table pump: column event_timestamp is missing',
    )
    expect(run.stderr).toContain('is not where the engine finds files of table pump: expected pump/….parquet')
    expect(run.stderr).toContain(
      'belongs to no table: expected it in a folder of pump, pump_daily (did you mean pump?)',
    )
    expect(await readdir(join(folder, bucket, 'pump'))).toEqual(['2026-01-01.parquet'])

    await writeFile(inOut('pump', '2026-01-02.parquet'), whole)
    for (const stray of [['pump', 'words.parquet'], ['pump', 'foreign.parquet'], ['pump', 'sub'], ['pmp']]) {
      await rm(inOut(...stray), { recursive: true })
    }
    expect(await minilake('ingest')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^1 file published in .*, 1 unchanged|^1 file published, 1 unchanged/),
    })
    expect((await minilake('verify')).code).toBe(0)
  })

  test('refuses a file whose rows belong in another partition', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--table', 'pump_daily', '--days', '2', '--interval', '1h')
    const daily = (day: string) => join(folder, 'out', 'pump_daily', `event_date=${day}`)
    await copyFile(
      join(daily('2026-01-02'), 'pump-0001.parquet'),
      join(daily('2026-01-01'), 'pump-0002.parquet'),
    )
    const run = await minilake('ingest')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('partition event_date=2026-01-01 expected rows of that day, got 2026-01-02')
    expect(run.stderr).toMatch(/^2 files published/)
  })

  test('says when only a truth had to be written again', async () => {
    const { folder, minilake } = await freshLake()
    await rm(join(folder, bucket, '_truth', 'pump', '2026-01-02.json'))
    expect((await minilake('ingest')).stderr).toBe(`3 files unchanged in ${bucket}/, 1 truth file written\n`)
  })

  test('an empty or missing folder is wrong usage', async () => {
    const { folder, minilake } = await freshFolder()
    const nothing = (why: string) => ({
      code: 2,
      stderr: expect.stringContaining(`nothing to ingest: ${why}`),
    })
    expect(await minilake('ingest')).toMatchObject(
      nothing('there is no folder out (minilake generate --out out creates it'),
    )
    await mkdir(join(folder, 'out'))
    expect(await minilake('ingest')).toMatchObject(
      nothing('out/ has no data file (minilake generate --out out writes some'),
    )
  })
})

describe('verify', () => {
  test('agrees with what was simulated', async () => {
    const { minilake } = await freshLake()
    const run = await minilake('verify', '--json')
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject([
      { table: 'pump', files: 3, hours: 72, rows: 4320, withoutTruth: [], missing: [], differences: [] },
    ])
  })

  test('names the hour in which one value has changed by 1 %', async () => {
    const { minilake, stored } = await freshLake()
    await rewrite(stored(2), (rows) => {
      const row = rows[750] as Record<string, unknown>
      row.speed = (row.speed as number) * 1.01
    })
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stdout).toMatch(/2026-01-02 12:00: sum of speed expected [\d.]+, got [\d.]+/)
    expect(run.stdout).not.toContain('2026-01-01')
  })

  test.each(['busy', 'nightmare'])(
    'agrees on a fleet in the scenario %s, whose readings are lost, late, doubled and NaN',
    async (scenario) => {
      const { minilake } = await freshFolder()
      await minilake(
        'generate',
        '--table',
        'pump_daily',
        '--pumps',
        '2',
        '--days',
        '2',
        '--interval',
        '10s',
        '--scenario',
        scenario,
      )
      await minilake('ingest')
      const run = await minilake('verify', '--json')
      expect(run.code).toBe(0)
      const [verification] = JSON.parse(run.stdout) as {
        rows: number
        alarms: number
        differences: string[]
      }[]
      expect(verification).toMatchObject({ table: 'pump_daily', files: 4, differences: [] })
      expect(verification!.rows).not.toBe(4 * 8640)
      expect(verification!.alarms).toBeGreaterThan(0)
    },
  )

  test('names an alarm that differs from the truth, and the day with other readings', async () => {
    const { minilake, folder } = await freshFolder()
    await minilake('generate', '--days', '1')
    await minilake('ingest')
    const path = join(folder, bucket, '_truth', 'pump', '2026-01-01.json')
    const truth = JSON.parse(await readFile(path, 'utf8')) as {
      delivery: { duplicates: number; missing: number }
      alarms: { pressure: { episodes: { peak: number }[] } }
    }
    truth.alarms.pressure.episodes[0]!.peak += 1
    truth.delivery.duplicates += 1
    truth.delivery.missing += 1
    await writeFile(path, JSON.stringify(truth))
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('2026-01-01: distinct readings expected 86399, got 86400')
    expect(run.stdout).toMatch(
      /alarm of pressure from 2026-01-01T\S+Z to 2026-01-01T\S+Z with peak [\d.]+: expected one, got none/,
    )
    expect(run.stdout).toMatch(/with peak [\d.]+: expected none, got one/)
  })

  test('names the file that is missing and its hours', async () => {
    const { minilake, stored } = await freshLake()
    await rm(stored(2))
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('pump/2026-01-02.parquet is missing')
    expect(run.stdout).toContain('2026-01-02: expected 1440 rows, got none')
  })

  test('names the files of two pumps that have changed places, which no sum over the fleet shows', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--table', 'pump_daily', '--pumps', '2', '--days', '1', '--interval', '1m')
    await minilake('ingest')
    expect((await minilake('verify')).code).toBe(0)
    const day = join(folder, bucket, 'pump_daily', 'event_date=2026-01-01')
    const [one, two] = ['pump-0001', 'pump-0002'].map((name) => join(day, `${name}.parquet`))
    await copyFile(one!, join(folder, 'kept'))
    await copyFile(two!, one!)
    await copyFile(join(folder, 'kept'), two!)
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stdout).toMatch(/pump-0001\.parquet: (size|content) expected .*, got /)
    expect(run.stdout).toMatch(/pump-0002\.parquet: (size|content) expected .*, got /)
  })

  test('names a file without a truth, and the hours with too many rows', async () => {
    const { minilake, stored } = await freshLake()
    await copyFile(stored(2), stored(2).replace('.parquet', '-copy.parquet'))
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('pump/2026-01-02-copy.parquet has no truth')
    expect(run.stdout).toContain('2026-01-02 00:00: rows expected 60, got 120')
  })

  test.each([
    ['{ "version": 1, "hou', 'cannot be read'],
    ['{ "version": 2, "rows": 1440 }', 'cannot be read (parameters: '],
    ['{ "version": 3 }', 'cannot be read (version: Invalid input: expected 2)'],
  ])('a truth that says %j is named', async (text, message) => {
    const { folder, minilake } = await freshLake()
    await writeFile(join(folder, bucket, '_truth', 'pump', '2026-01-02.json'), text)
    const run = await minilake('verify')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('_truth/pump/2026-01-02.json')
    expect(run.stderr).toContain(message)
  })

  test('refuses a truth that lacks a column or rows', async () => {
    const { folder, minilake } = await freshLake()
    const path = join(folder, bucket, '_truth', 'pump', '2026-01-02.json')
    const truth = JSON.parse(await readFile(path, 'utf8')) as {
      rows: number
      hours: { columns: object }[]
      delivery: object
      alarms: { pressure: object }
    }
    await writeFile(path, JSON.stringify({ ...truth, rows: 5 }))
    expect((await minilake('verify')).stderr).toContain('(rows expected the 1440 of its hours, got 5)')
    await writeFile(path, JSON.stringify({ ...truth, delivery: { ...truth.delivery, missing: 3 } }))
    expect((await minilake('verify')).stderr).toContain(
      '(rows − duplicates + missing expected 1440, got 1440 − 0 + 3)',
    )
    const alarms = { pressure: { ...truth.alarms.pressure, rows: 7777 } }
    await writeFile(path, JSON.stringify({ ...truth, alarms }))
    expect((await minilake('verify')).stderr).toMatch(
      /\(alarm rows of pressure expected the \d+ of its hours, got 7777\)/,
    )
    await writeFile(
      path,
      JSON.stringify({ ...truth, hours: truth.hours.map((hour) => ({ ...hour, columns: {} })) }),
    )
    expect((await minilake('verify')).stderr).toContain(
      '(hour 2026-01-02T00:00:00.000Z lacks column pressure)',
    )
  })

  test('holds for deliveries out of order, and names the file whose rows lie in another order', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--days', '2', '--interval', '10s', '--scenario', 'busy')
    await minilake('ingest')
    expect(JSON.parse((await minilake('verify', '--json')).stdout)).toMatchObject([
      { files: 2, isOrderCompared: true, differences: [] },
    ])
    const path = join(folder, bucket, '_truth', 'pump', '2026-01-02.json')
    const { delivery } = JSON.parse(await readFile(path, 'utf8')) as {
      delivery: { outOfOrder: number; late: number }
    }
    expect(delivery.outOfOrder).toBeGreaterThan(delivery.late)
    await rewrite(join(folder, bucket, 'pump', '2026-01-02.parquet'), (rows) => {
      rows.sort((a, b) => Number(a.event_timestamp) - Number(b.event_timestamp))
    })
    const [report] = JSON.parse((await minilake('verify', '--json')).stdout) as { differences: string[] }[]
    expect(report?.differences).toEqual([
      `pump/2026-01-02.parquet: rows late by 60 s and more expected ${delivery.late}, got 0`,
      `pump/2026-01-02.parquet: rows out of order expected ${delivery.outOfOrder}, got 0`,
    ])
  })

  test('of an empty lake fails and says what to do', async () => {
    const { minilake } = await freshFolder()
    expect(await minilake('verify')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing to verify'),
    })
  })

  test('holds for a fleet too', async () => {
    const { minilake } = await freshFolder()
    await minilake('generate', '--table', 'pump_daily', '--pumps', '3', '--days', '2', '--interval', '1m')
    await minilake('ingest')
    expect(await minilake('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('table pump_daily: 8,640 rows in 48 hours of 6 files'),
    })
  })
})

describe('query', () => {
  test('hourly prints averages as a table and a chart', async () => {
    const { minilake } = await freshLake()
    const run = await minilake('query', 'hourly', '--columns', 'pressure,speed')
    expect(run.code).toBe(0)
    const lines = run.stdout.split('\n')
    expect(lines[0]).toMatch(/^hour +avg_pressure +avg_speed$/)
    expect(lines[2]).toMatch(/^2026-01-01 00:00:00 +\d+(\.\d+)? +\d+(\.\d+)?$/)
    expect(run.stdout).toMatch(
      /avg_speed by hour, UTC: shaft speed, rpm\neach column: 1 hour\n *[\d.]+ ┤[ ─╭╮╰╯│]*\n/,
    )
    expect(run.stderr).toBe('first 20 of 72 rows (--limit 72 shows all, --format csv writes them)\n')
  })

  test.each([
    ['days, the last included', ['2026-01-02', '2026-01-03'], [24, 48]],
    ['a time that is the first moment left out', ['2026-01-02T06:00', '2026-01-02T08:00'], [30, 2]],
    [
      'a time within an hour, of which only a part is left',
      ['2026-01-02T06:30:00', '2026-01-02 08:01'],
      [30, 3],
    ],
    ['a time with an offset', ['2026-01-02T06:00+02:00', '2026-01-01T23:00:00-08:00'], [28, 3]],
    ['a day to a time', ['2026-01-03', '2026-01-03T01:00Z'], [48, 1]],
    ['no end', ['2026-01-03T22:00'], [70, 2]],
  ])('--from and --to take %s', async (_, [from = '', to], [firstHour = 0, hours]) => {
    const { minilake } = await freshLake()
    const range = ['--from', from, ...(to === undefined ? [] : ['--to', to])]
    const run = await minilake('query', 'hourly', ...range, '--json')
    const rows = JSON.parse(run.stdout) as { hour: string }[]
    expect(rows).toHaveLength(hours as number)
    expect(rows[0]?.hour).toBe(new Date(Date.UTC(2026, 0, 1, firstHour)).toISOString())
    const counted = await minilake('alarms', '--rows', '--above', '-1e9', '--limit', '0', ...range)
    const minutes = to === undefined ? 120 : (momentOf(to) - momentOf(from, 0)) / 60_000
    expect(counted.stdout).toMatch(new RegExp(`^${minutes.toLocaleString('en-US')} rows with pressure > `))
  })

  /** A time as milliseconds; of a day its end, or as many days later. */
  function momentOf(text: string, daysLater = 1): number {
    if (!text.includes(':')) return Date.parse(`${text}T00:00Z`) + daysLater * 86_400_000
    return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  }

  test('alarms counts episodes and rows over the limit as a naive reader of the files does', async () => {
    const { minilake, stored } = await freshLake()
    const expected: unknown[] = []
    for (const day of [1, 2, 3])
      expected.push(...(await readRows(stored(day))).filter(({ pressure }) => (pressure as number) > 125))
    expect(expected.length).toBeGreaterThan(20)

    const table = await minilake('alarms', '--rows', '--above', '125')
    const lines = table.stdout.trimEnd().split('\n')
    expect(lines[0]).toBe(`${expected.length} rows with pressure > 125`)
    expect(lines).toHaveLength(1 + 2 + 20)
    expect(table.stderr).toMatch(new RegExp(`^first 20 of ${expected.length} rows`))

    const ndjson = await minilake('alarms', '--rows', '--above', '125', '--format', 'ndjson')
    expect(
      ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(JSON.parse(JSON.stringify(expected)))
  })

  test('sql prints csv, with the header also for no rows', async () => {
    const { minilake } = await freshLake()
    const count = await minilake(
      'query',
      'sql',
      'SELECT count(*) AS n FROM hive.iot_dw.pump;',
      '--format',
      'csv',
    )
    expect(count).toEqual({ code: 0, stdout: 'n\n4320\n', stderr: '' })
    const none = await minilake('query', 'sql', 'SELECT * FROM hive.iot_dw.pump_daily', '--format', 'csv')
    expect(none.stdout).toBe('event_timestamp,pressure,velocity,speed,pump_id,event_date\n')
  })

  test('reads a lake whose path is full of quotes and glob characters', async () => {
    const { folder, minilake } = await freshLake()
    const odd = process.platform === 'win32' ? "o'dd [la]ke" : `o'dd [la]ke * "?"`
    await mkdir(join(folder, odd))
    await rename(join(folder, 'lake'), join(folder, odd, 'lake'))
    const run = await minilakeIn(join(folder, odd))('verify')
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('4,320 rows') })
    expect((await minilake('verify')).code).toBe(1)
  })

  test.each([
    [['query', 'hourly', '--columns', 'presure'], 'got presure (did you mean pressure?)', 2],
    [['query', 'hourly', '--columns', 'event_timestamp'], 'got event_timestamp, which is timestamp', 2],
    [
      ['query', 'hourly', '--from', '2026-01-05', '--to', '2026-01-01'],
      '--from expected a time before --to, got 2026-01-05 and 2026-01-01',
      2,
    ],
    [
      ['query', 'hourly', '--from', '2026-01-05T06:00', '--to', '2026-01-05T06:00'],
      '--from expected a time before --to, got 2026-01-05T06:00 and 2026-01-05T06:00',
      2,
    ],
    [
      ['query', 'hourly', '--from', '2026-01-05T25:00'],
      "'2026-01-05T25:00' is invalid. Expected a day such as",
      2,
    ],
    [
      ['query', 'hourly', '--from', '2026-02-30T06:00'],
      "'2026-02-30T06:00' is invalid. Expected a day such as",
      2,
    ],
    [['alarms', '--above', 'high'], "'high' is invalid. Expected a number, such as 150 or 149.5.", 2],
    [['query', 'sql', 'SELECT * FROM hive.iot_dw.pumps'], 'Table with name pumps does not exist!', 1],
    [['query', 'sql', 'SELECT 1; SELECT 2'], 'expected one SQL statement, got 2', 1],
    [
      ['query', 'sql', "SELECT TIMESTAMP 'infinity'"],
      'timestamp expected one that a Date can hold, got infinity',
      1,
    ],
    [['query', 'sql', ' ; '], 'query sql expected a statement, got nothing', 2],
    [['querry'], "unknown command 'querry' (Did you mean query?)", 2],
    [['verify', '--profile', 'mars'], "argument 'mars' is invalid. Allowed choices are embedded, stack.", 2],
  ])('refuses %j with one sentence', async (args, message, code) => {
    const { minilake } = await freshFolder()
    const run = await minilake(...args)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(/^minilake: /)
    expect(run.stderr).toContain(message)
  })
})

describe('catalog', () => {
  test('prints the statements of the embedded engine, a table without files as an empty view', async () => {
    const { minilake } = await freshLake()
    const { stdout } = await minilake('catalog')
    expect(stdout).toContain(`CREATE OR REPLACE VIEW "hive"."iot_dw"."pump" AS`)
    expect(stdout).toMatch(/"pump_daily" AS\nSELECT\n(.*\n)+WHERE false;/)
    expect((await minilake('catalog', '--print')).stdout).toBe(stdout)
  })

  test('prints those of Hive in Trino without a stack', async () => {
    const { minilake } = await freshFolder()
    const { code, stdout } = await minilake('catalog', '--print', '--profile', 'stack')
    expect(code).toBe(0)
    expect(stdout).toContain(
      `CREATE SCHEMA IF NOT EXISTS "hive"."iot_dw" WITH (location = 's3://iot-time-series/iot_dw/');`,
    )
    expect(stdout).toContain(`external_location = 's3://iot-time-series/pump/'`)
  })
})

describe('doctor', () => {
  test('passes every check of the embedded lake, or names the first that failed with its fix', async () => {
    const { folder, minilake } = await freshFolder()
    const empty = await minilake('doctor')
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringMatching(/^folder failed: .*minilake demo/)])
    await minilake('generate', '--days', '2', '--interval', '1m')
    await minilake('ingest')
    const whole = await minilake('doctor')
    expect([whole.code, whole.stderr]).toEqual([0, 'all checks passed\n'])
    expect(whole.stdout).toContain('2 data files, 2,880 rows')
    const file = join(folder, 'lake', 'iot-time-series', 'pump', '2026-01-00.parquet')
    await writeFile(file, 'no Parquet file at all')
    const damaged = await minilake('doctor')
    expect([damaged.code, damaged.stderr]).toEqual([
      1,
      expect.stringMatching(/^files failed: .*2026-01-00\.parquet: not a Parquet file.*--overwrite/),
    ])
    await writeFile(file.replace('.parquet', '.txt'), 'notes')
    const deep = await minilake('doctor', '--deep')
    expect(deep.code).toBe(1)
    expect(deep.stderr).toMatch(/^keys failed: 1 fault\n {2}pump\/2026-01-00\.txt: Trino reads it/)
    expect(deep.stderr).toMatch(
      /\nfooters failed: 1 fault\n {2}pump\/2026-01-00\.parquet: not a Parquet file/,
    )
    const json = await minilake('doctor', '--deep', '--json')
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({
        check: 'footers',
        faults: [{ key: 'pump/2026-01-00.parquet', fault: expect.any(String), fix: expect.any(String) }],
      }),
    )
    const verified = await minilake('verify')
    expect(verified.code).toBe(1)
    expect(verified.stdout).toMatch(/pump\/2026-01-00\.parquet cannot be read: not a Parquet file/)
    expect(verified.stdout).toContain('compared without 1 unreadable file: 2,880 rows in 48 hours of 2 files')
    await rm(join(folder, 'lake', 'iot-time-series', 'pump'), { recursive: true })
    expect((await minilake('doctor')).stderr).toMatch(/^listing failed: no table has a file/)
  })
})

test('--lake names the folder of the lake, before MINILAKE_EMBEDDED_FOLDER does', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '1', '--interval', '1h')
  const variables = { MINILAKE_EMBEDDED_FOLDER: 'by-variable' }
  const ingested = await minilakeIn(folder, variables)('ingest', '--lake', 'by-flag')
  expect(ingested.stderr).toMatch(/^1 file published in by-flag[\\/]iot-time-series\//)
  expect((await readdir(folder)).sort()).toEqual(['by-flag', 'out'])
  const sql = 'SELECT count(*) AS n FROM hive.iot_dw.pump'
  const rows = async (...args: string[]) =>
    (await minilake('query', 'sql', sql, '--format', 'csv', ...args)).stdout
  expect(await rows('--lake', 'by-flag')).toBe('n\n24\n')
  expect(await rows()).toBe('n\n0\n')
})

describe('status and clean', () => {
  test('status shows files, rows and time range of each table', async () => {
    const { minilake } = await freshLake()
    const { stdout } = await minilake('status')
    expect(stdout).toMatch(/^pump +3 +0 +3 +[\d.]+ kB +4,320 +2026-01-01 00:00:00 +2026-01-03 23:59:00$/m)
    expect(stdout).toMatch(/^pump_daily +0 +0 +0 +0 B +0 +– +–$/m)
  })

  test('clean lists, removes with --yes, and then has nothing to do', async () => {
    const { folder, minilake } = await freshLake()
    const listed = await minilake('clean')
    expect(listed.stdout).toContain('would remove 3 simulated files')
    expect((await minilake('verify')).code).toBe(0)
    const removed = await minilake('clean', '--yes')
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('removed 3 simulated files') })
    for (const emptied of ['out', bucket]) expect(await readdir(join(folder, emptied))).toEqual([])
    expect((await minilake('clean', '--yes')).stdout).toBe('nothing to remove\n')
  })

  test('clean keeps your own data under a simulated key, and your own files among the truths', async () => {
    const { folder, minilake, stored } = await freshLake()
    await minilake('generate', '--days', '1', '--interval', '1m', '--seed', '7', '--out', 'own')
    await rm(join(folder, 'own', '_truth'), { recursive: true }) // now nothing says that it was simulated
    expect((await minilake('ingest', 'own', '--overwrite')).stderr).toMatch(/^1 file replaced/)
    await writeFile(join(folder, 'out', '_truth', 'notes.md'), 'mine')
    expect((await minilake('verify')).stdout).toContain('pump/2026-01-01.parquet has no truth')

    const removed = await minilake('clean', '--yes')
    expect(removed.stdout).toContain('leaves 1 file of your own')
    expect(await readdir(join(folder, bucket, 'pump'))).toEqual(['2026-01-01.parquet'])
    expect(await readFile(stored(1))).toEqual(
      await readFile(join(folder, 'own', 'pump', '2026-01-01.parquet')),
    )
    expect(await readdir(join(folder, 'out'), { recursive: true })).toEqual([
      '_truth',
      join('_truth', 'notes.md'),
    ])
  })

  test('clean leaves the files of tables that the lake does not list, and their truth', async () => {
    const { folder, minilake } = await freshLake()
    await writeFile(join(folder, 'none.json'), '{ "tables": [] }')
    const before = await readdir(join(folder, bucket), { recursive: true })
    const cleaned = await minilake('clean', '--yes', '--config', 'none.json')
    expect(cleaned).toMatchObject({ code: 0, stdout: 'nothing to remove\n' })
    expect(await readdir(join(folder, bucket), { recursive: true })).toEqual(before)
    expect((await minilake('verify')).code).toBe(0)
  })

  test('clean recognises simulated files in the lake without a truth there', async () => {
    const { folder, minilake } = await freshLake()
    await rm(join(folder, bucket, '_truth'), { recursive: true })
    expect((await minilake('clean', '--yes')).stdout).toContain('removed 3 simulated files')
    expect(await readdir(join(folder, bucket))).toEqual([])
  })

  test('clean keeps all files and folders that were not simulated', async () => {
    const { folder, minilake } = await freshLake()
    await writeFile(join(folder, 'out', 'notes.txt'), 'mine')
    await mkdir(join(folder, 'out', '.git', 'refs'), { recursive: true })
    await copyFile(
      join(folder, 'out', 'pump', '2026-01-01.parquet'),
      join(folder, 'out', 'pump', 'mine.parquet'),
    )
    const removed = await minilake('clean', '--yes')
    expect(removed.stdout).toMatch(/^leaves 1 file of your own \([\d.]+ kB\) in out\/$/m)
    expect((await readdir(join(folder, 'out'), { recursive: true })).sort()).toEqual(
      ['.git', join('.git', 'refs'), 'notes.txt', 'pump', join('pump', 'mine.parquet')].sort(),
    )
    expect((await minilake('clean', '--yes', '--out', '.')).code).toBe(0)
    expect(await readdir(join(folder, 'out', '.git'))).toEqual(['refs'])
  })

  test('status shows a table with unreadable files, and the other tables', async () => {
    const { folder, minilake } = await freshLake()
    await mkdir(join(folder, bucket, 'pump_daily', 'event_date=2026-01-01'), { recursive: true })
    await writeFile(join(folder, bucket, 'pump_daily', 'event_date=2026-01-01', 'a.parquet'), 'no Parquet')
    const run = await minilake('status')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('table pump_daily cannot be read: ')
    expect(run.stdout).toMatch(/^pump_daily .* – +–$/m)
    expect(run.stdout).toMatch(/^pump .* 4,320 /m)
    expect((await minilake('verify', '--table', 'pump')).code).toBe(0)
  })
})

describe('demo', () => {
  test('runs every step, agrees with the truth, and a second run changes nothing', async () => {
    const { folder, minilake } = await freshFolder()
    const first = await processIn(folder)('demo')
    expect(first.code).toBe(0)
    expect(first.stderr).toContain('7 files generated in out/: 604,800 rows')
    expect(first.stdout).toMatch(/hour +avg_pressure +avg_velocity +avg_speed/)
    expect(first.stdout).toMatch(/[\d,]+ rows with pressure > 150/)
    expect(first.stdout).toMatch(
      /604,800 rows in 168 hours of 7 files, [\d,]+ alarm rows and \d+ alarms agree with the truth/,
    )
    expect(first.stderr).toContain('data files   out/pump/')

    const second = await minilake('demo')
    expect(second.code).toBe(0)
    expect(second.stdout).toBe(first.stdout)
    expect(second.stderr).toContain('7 files unchanged in out/')
    expect(second.stderr).toContain('nothing new to publish: 7 files unchanged')
  })
})

type Rows = Record<string, unknown>[]

async function readRows(path: string): Promise<Rows> {
  const bytes = await readFile(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  return (await parquetReadObjects({ file: file })) as Rows
}

/** Rewrites a data file with other rows, by other means than ours. */
async function rewrite(path: string, change: (rows: Rows) => void): Promise<void> {
  const rows = await readRows(path)
  change(rows)
  const column = (name: string) => rows.map((row) => row[name]) as number[]
  const required = { repetition_type: 'REQUIRED' } as const
  const double = { type: 'DOUBLE', ...required } as const
  await writeFile(
    path,
    new Uint8Array(
      parquetWriteBuffer({
        createdBy,
        schema: [
          { name: 'root', num_children: 4 },
          {
            name: 'event_timestamp',
            type: 'INT64',
            logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
            ...required,
          },
          { name: 'pressure', ...double },
          { name: 'velocity', ...double },
          { name: 'speed', ...double },
        ],
        columnData: ['event_timestamp', 'pressure', 'velocity', 'speed'].map((name) => ({
          name,
          data: column(name),
        })),
      }),
    ),
  )
}

function foreignFile(): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'a', data: [1, 2, 3], type: 'INT32' }] }))
}
