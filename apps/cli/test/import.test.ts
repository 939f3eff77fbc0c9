import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { codecsOf, finished, freshFolder, startMinilake } from './run-minilake.js'

const config = `
import { defineLake, defineTable } from '@minilake/schema'
const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    site: { type: 'varchar' },
    power: { type: 'double', nullable: true, highLimit: 3000 },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
})
export default defineLake({ tables: [turbine] })
`

/** A folder with that config and some files. */
async function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const { folder, minilake } = await freshFolder()
  await writeFile(join(folder, 'minilake.config.ts'), config)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const importFiles = (...args: string[]) => minilake('import', '--table', 'turbine', '--out', 'out', ...args)
  return { folder, minilake, importFiles }
}

/** Files below a folder, with slashes; none where there is no folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

const header = 'event_timestamp,site,power\n'
const dayFile = /^turbine\/event_date=2026-01-0[123]\/import-[0-9a-f]{32}\.parquet$/

/** Three days of readings of two sites, one every ten minutes, in random order. */
function readings() {
  const rows = Array.from({ length: 2 * 3 * 144 }, (_, index) => ({
    millis: Date.parse('2026-01-01T00:00:00Z') + (index >> 1) * 600_000,
    site: index % 2 === 0 ? 'north' : 'south, "sea"',
    power: index % 17 === 0 ? null : Math.round(1e6 * Math.sin(index)) / 500,
  }))
  return rows.map((_, index) => rows[(index * 389) % rows.length] as (typeof rows)[number])
}

test('two files of overlapping days, other names and shuffled rows give what DuckDB says of the raw files', async () => {
  const rows = readings()
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const first = rows
    .slice(0, 500)
    .map(({ millis, site, power }) => [power ?? '', quoted(site), millis].join(';'))
  const second = rows
    .slice(500)
    .map(({ millis, site, power }) => [new Date(millis).toISOString(), quoted(site), power ?? ''].join(','))
  const { folder, minilake, importFiles } = await folderWith({
    'a.csv': `kW;Site;t\n${first.join('\n')}\n`,
    'b.csv': `Event_Timestamp,plant,POWER\n${second.join('\n')}\n`,
  })
  const names = ['--map', 't=event_timestamp', '--map', 'kw=power', '--map', 'plant=site']
  const imported = await importFiles('a.csv', ...names.slice(0, 4), '--time-format', 'epoch-ms')
  expect(imported).toMatchObject({ code: 0, stdout: '' })
  expect(imported.stderr).toContain(
    'a.csv: csv in utf-8, delimiter semicolon, quotes double, times epoch-ms, UTC',
  )
  expect((await importFiles('b.csv', ...names.slice(4))).stderr).toMatch(
    /^3 files written in out\/turbine\/: 364 rows/m,
  )
  const files = await filesBelow(join(folder, 'out'))
  expect(files).toHaveLength(6)
  for (const file of files) expect(file).toMatch(dayFile)
  expect((await minilake('ingest')).stderr).toMatch(/^6 files published/)

  const raw = `SELECT make_timestamp(t * 1000) AS time, site, kw AS power FROM read_csv('${join(folder, 'a.csv').replaceAll('\\', '/')}') UNION ALL SELECT event_timestamp AT TIME ZONE 'UTC', plant, power FROM read_csv('${join(folder, 'b.csv').replaceAll('\\', '/')}', types = {'Event_Timestamp': 'TIMESTAMPTZ'})`
  const expected = await askDuckDb(
    `SELECT date_trunc('hour', time)::VARCHAR, count(*), count(power), sum(power), avg(power), min(site), max(site) FROM (${raw}) GROUP BY 1 ORDER BY 1`,
  )
  expect(expected).toHaveLength(72)
  const found = await minilake(
    'query',
    'sql',
    `SELECT date_trunc('hour', event_timestamp)::VARCHAR AS h, count(*) AS n, count(power) AS p, sum(power) AS s, avg(power) AS a, min(site) AS least, max(site) AS most FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1`,
    '--json',
  )
  const got = (JSON.parse(found.stdout) as Record<string, string | number>[]).map((row) => Object.values(row))
  expect(got.map((row) => row.map(rounded))).toEqual(expected.map((row) => row.map(rounded)))

  const hourly = await minilake('query', 'hourly', '--table', 'turbine', '--json')
  const averages = (JSON.parse(hourly.stdout) as { avg_power: number }[]).map(({ avg_power }) =>
    rounded(avg_power),
  )
  expect(averages).toEqual(expected.map((row) => rounded(row[4])))
  const misplaced = await minilake(
    'query',
    'sql',
    `SELECT count(*) AS n FROM hive.iot_dw.turbine WHERE event_date <> strftime(event_timestamp, '%Y-%m-%d')`,
    '--format',
    'csv',
  )
  expect(misplaced.stdout).toBe('n\n0\n')
})

describe('an import', () => {
  const text = `${header}2026-01-02T00:00:00Z,b,2\n2026-01-01T23:59:59.9999Z,a,1\n`

  test('writes the same bytes the second time, and publishes nothing', async () => {
    const { folder, minilake, importFiles } = await folderWith({ 'a.csv': text, 'b.csv.gz': gzipSync(text) })
    const first = await importFiles('a.csv')
    expect(first.stderr).toContain(
      '1 time rounded down to a whole millisecond (--strict-time refuses them)\n',
    )
    expect(first.stderr).toContain('2 files written in out/turbine/: 2 rows, ')
    const files = await filesBelow(join(folder, 'out'))
    expect(files.map((file) => file.split('/')[1])).toEqual([
      'event_date=2026-01-01',
      'event_date=2026-01-02',
    ])
    expect(await codecsOf(join(folder, 'out', files[0]!))).toEqual(Array(3).fill('SNAPPY'))
    await minilake('ingest')

    for (const file of ['a.csv', 'b.csv.gz']) {
      expect((await importFiles(file)).stderr).toContain(
        'nothing new: 2 files unchanged in out/turbine/: 2 rows',
      )
    }
    expect(await filesBelow(join(folder, 'out'))).toEqual(files)
    expect((await minilake('ingest')).stderr).toMatch(/^nothing new to publish: 2 files unchanged/)
  })

  test('reads standard input, and prints a report as JSON', async () => {
    const { folder } = await folderWith({
      'a.ndjson.gz': gzipSync('{"event_timestamp":"2026-01-01T00:00:00Z","site":"a"}\n'),
    })
    const child = startMinilake(folder, ['import', '-', '--table', 'turbine', '--out', 'out', '--json'])
    createReadStream(join(folder, 'a.ndjson.gz')).pipe(child.stdin)
    const run = await finished(child)
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      out: 'out',
      table: 'turbine',
      rows: 1,
      written: 1,
      keys: [expect.stringMatching(dayFile)],
      sources: [{ name: 'standard input', format: 'ndjson' }],
    })
  })

  test('replaces a damaged data file only after it was removed', async () => {
    const { folder, importFiles } = await folderWith({ 'a.csv': text })
    await importFiles('a.csv')
    const [file] = await filesBelow(join(folder, 'out'))
    await truncate(join(folder, 'out', file as string), 100)
    const run = await importFiles('a.csv')
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /the content of out\/turbine\/event_date=2026-01-01\/import-\w+\.parquet is not what its name says: remove the file/,
      ),
    })
    await rm(join(folder, 'out', file as string))
    expect((await importFiles('a.csv')).stderr).toContain('1 file written, 1 unchanged in out/turbine/')
  })

  test('a killed import leaves nothing visible, and clean finds its leftovers', async () => {
    const rows = Array.from(
      { length: 400_000 },
      (_, n) => `${new Date(Date.parse('2026-01-01T00:00:00Z') + n * 600).toISOString()},a,${n}\n`,
    )
    const { folder, minilake, importFiles } = await folderWith({ 'a.csv': header + rows.join('') })
    const child = startMinilake(folder, ['import', '--table', 'turbine', '--out', 'out', 'a.csv'])
    const ended = finished(child)
    while ((await filesBelow(join(folder, 'out'))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    await ended
    const left = await filesBelow(join(folder, 'out'))
    expect(left.every((name) => name.startsWith('.staged.'))).toBe(true)
    const dayBefore = new Date(Date.now() - 24.1 * 3_600_000)
    for (const name of left) await utimes(join(folder, 'out', name), dayBefore, dayBefore)
    expect((await minilake('clean', '--yes')).stdout).toContain('unfinished')
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
    expect((await importFiles('a.csv')).code).toBe(0)
    expect((await filesBelow(join(folder, 'out'))).every((name) => dayFile.test(name))).toBe(true)
  })

  test('an interrupted import leaves nothing', async () => {
    const rows = Array.from(
      { length: 400_000 },
      (_, n) => `${new Date(Date.parse('2026-01-01T00:00:00Z') + n * 600).toISOString()},a,${n}\n`,
    )
    const { folder } = await folderWith({ 'a.csv': header + rows.join('') })
    const child = startMinilake(folder, ['import', 'a.csv', '--out', 'out', '--json'])
    const ended = finished(child)
    child.stderr.once('data', () => child.kill('SIGINT')) // it has opened the file
    const { code, stdout, stderr } = await ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      error: {
        name: 'Error',
        message: 'interrupted: nothing is half done, and the same command continues where it stopped',
        exitCode: 130,
      },
    })
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
  })
})

describe('an import into the lake', () => {
  const text = `${header}2026-01-02T00:00:00Z,b,2\n2026-01-01T23:59:59Z,a,1\n`

  test('publishes and registers the data, and says what to type next; a rerun changes nothing', async () => {
    const { folder, minilake } = await folderWith({ 'a.csv': text })
    const first = await minilake('import', 'a.csv')
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toMatch(
      /^2 files written in lake\/iot-time-series\/turbine\/: 2 rows, [\d.]+ kB, event_date=2026-01-01 to event_date=2026-01-02, import [0-9a-f]{16}\nnext: minilake query hourly --table turbine\n$/m,
    )
    expect((await minilake('query', 'hourly', '--table', 'turbine', '--format', 'csv')).stdout).toBe(
      'hour,avg_power\n2026-01-01T23:00:00.000Z,1\n2026-01-02T00:00:00.000Z,2\n',
    )
    const again = await minilake('import', 'a.csv')
    expect(again.stderr).toContain('nothing new: 2 files unchanged in lake/iot-time-series/turbine/: 2 rows')
    expect(again.stderr).not.toContain('already had')
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
    expect(await filesBelow(join(folder, 'lake', 'iot-time-series', 'turbine'))).toHaveLength(2)
  })

  test('says which days already had rows, and from how many files', async () => {
    const { minilake } = await folderWith({
      'a.csv': text,
      'b.csv': `${header}2026-01-02T00:00:01Z,b,2\n2026-01-03T00:00:00Z,b,2\n`,
    })
    await minilake('import', 'a.csv')
    const { stderr } = await minilake('import', 'b.csv')
    expect(stderr).toMatch(
      /\nevent_date=2026-01-02 already had 1 row in 1 file: these rows were added to them\nminilake remove --table turbine --import [0-9a-f]{16} takes these rows back, and minilake files --table turbine names the imports of the others; --mode overwrite-partitions and --mode merge replace rows\nnext: /,
    )
    expect(stderr.match(/already had/g)).toHaveLength(1)
    const json = await minilake('import', 'a.csv', 'b.csv', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      location: 'lake/iot-time-series',
      written: 1,
      unchanged: 2,
      newKeys: [expect.stringContaining('event_date=2026-01-02')],
      earlier: [{ partition: 'event_date=2026-01-02', files: 2, rows: 2 }],
      catalog: { changes: [], differences: [] },
    })
  })

  test('--mode says what becomes of the rows that are there', async () => {
    const { folder, minilake } = await folderWith({
      'a.csv': `${header}2025-12-31T23:00:00Z,a,1\n2026-01-01T10:00:00Z,a,1\n2026-01-01T11:00:00Z,a,2\n`,
      'b.csv': `${header}2026-01-01T10:00:00Z,a,5\n2026-01-01T10:00:00Z,a,6\n2026-01-01T12:00:00Z,a,7\n`,
    })
    const importAs = (mode: string) => minilake('import', 'b.csv', '--mode', mode)
    expect(await importAs('merge')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('table turbine has no key: add one to its definition'),
    })
    await writeFile(
      join(folder, 'minilake.config.ts'),
      config.replace('sortedBy', "key: ['site', 'event_timestamp'],\n  sortedBy"),
    )
    await minilake('import', 'a.csv')
    const merged = await importAs('merge')
    expect(merged.stderr).toMatch(/^1 file written in lake\/iot-time-series\/turbine\/: 3 rows, /m)
    expect(merged.stderr).toContain(
      '\n1 row inserted, 1 replaced, 0 there already; 1 row left out, because later ones have the same key\nnext: ',
    )
    const again = await importAs('merge')
    expect(again.stderr).toContain('\n0 rows inserted, 0 replaced, 2 there already; 1 row left out')
    expect(again.stderr).toContain('nothing new: 1 file unchanged')
    const overwritten = await importAs('overwrite-partitions')
    expect(overwritten.stderr).toMatch(
      /\nevent_date=2026-01-01 had 3 rows in 1 file, which were removed\nevent_date=2025-12-31 beside them was not changed: it has 1 row in 1 file of import ([0-9a-f]{16}) \(minilake remove --table turbine --import \1 removes those of an import\)\nnext: /,
    )
    const files = await minilake('files', '--table', 'turbine', '--format', 'csv')
    expect(files.stdout).toMatch(/^key,rows,first,last,size,published,imports\n(.*,[0-9a-f]{16}\n){2}$/)
  })

  test('--mode with --out, and a whole table without --yes, are refused', async () => {
    const { folder, minilake } = await folderWith({ 'a.csv': text })
    expect(await minilake('import', 'a.csv', '--mode', 'merge', '--out', 'staged')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^minilake: --mode merge is about the rows in the lake, and --out only stages/,
      ),
    })
    await writeFile(join(folder, 'minilake.config.ts'), config.replace(/ {2}partitions.*\n/, ''))
    const replace = (...more: string[]) =>
      minilake('import', 'a.csv', '--mode', 'overwrite-partitions', ...more)
    expect((await replace()).code).toBe(0) // there is nothing to replace
    await writeFile(join(folder, 'a.csv'), `${header}2026-01-01T23:00:00Z,a,1\n`)
    expect(await replace()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/replaces all of it: 1 file with 2 rows in .*; set --yes to do so\n$/),
    })
    expect(await replace('--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('\ntable turbine had 2 rows in 1 file, which were removed\n'),
    })
  })

  test('with --out only stages the files for ingest', async () => {
    const { folder, minilake } = await folderWith({ 'a.csv': text })
    const { stderr } = await minilake('import', 'a.csv', '--out', 'staged')
    expect(stderr).toContain('2 files written in staged/turbine/: 2 rows')
    expect(stderr).toMatch(/^next: minilake ingest staged$/m)
    expect(await filesBelow(join(folder, 'lake'))).toEqual([])
    expect((await minilake('ingest', 'staged')).stderr).toMatch(/^2 files published/)
  })

  test('is refused for a changed definition before a row is read, as is every other command', async () => {
    const { folder, minilake } = await folderWith({ 'a.csv': text })
    await minilake('import', 'a.csv')
    await writeFile(
      join(folder, 'minilake.config.ts'),
      config.replace("type: 'double', nullable: true, highLimit: 3000", "type: 'integer', nullable: true"),
    )
    const refused = /column power expected INT32, got DOUBLE: a table only gains nullable columns/
    for (const args of [
      ['import', 'missing-values.csv'],
      ['query', 'hourly'],
      ['query', 'sql', 'SELECT 1'],
      ['catalog'],
      ['status'],
      ['doctor'],
    ]) {
      const run = await minilake(...args)
      expect([run.code, `${run.stdout}${run.stderr}`], args.join(' ')).toEqual([
        1,
        expect.stringMatching(refused),
      ])
    }
  })
})

describe('files', () => {
  test('lists rows, times, size and time of publication, in a range', async () => {
    const { folder, minilake } = await folderWith({
      'a.csv': `${header}2026-01-02T00:00:00Z,b,2\n2026-01-01T23:00:00Z,a,1\n2026-01-01T22:00:00Z,a,1\n`,
    })
    await minilake('import', 'a.csv')
    const { stdout } = await minilake('files', '--table', 'turbine', '--json')
    const [first, second] = JSON.parse(stdout) as Record<string, unknown>[]
    expect(first).toEqual({
      key: expect.stringMatching(dayFile),
      imports: expect.stringMatching(/^[0-9a-f]{16}$/),
      rows: 2,
      first: '2026-01-01T22:00:00.000Z',
      last: '2026-01-01T23:00:00.000Z',
      size: expect.any(Number),
      published: expect.stringMatching(/Z$/),
    })
    expect(second).toMatchObject({ rows: 1, first: '2026-01-02T00:00:00.000Z' })
    const csv = async (...args: string[]) =>
      (await minilake('files', '--format', 'csv', ...args)).stdout.trim().split('\n')
    expect(await csv()).toHaveLength(3)
    expect((await csv())[0]).toBe('key,rows,first,last,size,published,imports')
    expect(await csv('--from', '2026-01-02')).toHaveLength(2)
    expect(await csv('--to', '2026-01-01T22:00')).toHaveLength(1)
    expect((await minilake('files')).stderr).toBe('2 rows\n')

    await writeFile(join(folder, 'lake', 'iot-time-series', String(first?.key)), 'no longer Parquet')
    const damaged = await minilake('files', '--format', 'csv')
    expect(damaged.code).toBe(1)
    expect(damaged.stdout).toMatch(/^turbine\/event_date=2026-01-01\/[^,]+,,,,17,2/m)
    expect(damaged.stderr).toMatch(/^lake\/iot-time-series\/turbine\/\S+: not a Parquet file/)
  })
})

describe('bad rows', () => {
  const text = `${header}2026-01-01T00:00:00Z,a,1\n2026-01-01T00:00:01Z,b,high\n2026-01-01T00:00:02Z,c,\n2026-01-01T00:00:03,d,4\n`

  test('stop an import before anything is written', async () => {
    const { folder, importFiles } = await folderWith({ 'a.csv': text })
    const run = await importFiles('a.csv')
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toContain('a.csv, line 3, power: expected a number, got "high"\n')
    expect(run.stderr).toContain(
      'a.csv, line 5, event_timestamp: expected Z or an offset such as +02:00 at the end, or --zone to state the zone of all times, got "2026-01-01T00:00:03"\n',
    )
    expect(run.stderr).toContain(
      'minilake: nothing was imported: 2 bad rows (fix them, or leave them out with --skip-bad 2)\n',
    )
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
    const json = await importFiles('a.csv', '--json', '--skip-bad', '1')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ badRows: 2, bad: [{ line: 3 }, { line: 5 }] })
    const quiet = await importFiles('a.csv', '--json', '--quiet')
    expect(JSON.parse(quiet.stderr)).toEqual({
      error: {
        name: 'Error',
        message: expect.stringMatching(/^nothing was imported: 2 bad rows/),
        exitCode: 1,
      },
    })
  })

  test('are written to a file if they may be left out, the same bytes every time', async () => {
    const { folder, minilake, importFiles } = await folderWith({ 'a.csv': text })
    const run = await importFiles('a.csv', '--skip-bad', '2')
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(
      /^2 bad rows left out, written to out\/_rejected\/turbine\/import-[0-9a-f]{32}\.ndjson$/m,
    )
    expect(run.stderr).toContain('1 file written in out/turbine/: 2 rows')
    const files = await filesBelow(join(folder, 'out'))
    const rejected = await readFile(join(folder, 'out', files[0] as string), 'utf8')
    expect(
      rejected
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        file: 'a.csv',
        line: 3,
        column: 'power',
        value: 'high',
        reason: 'expected a number',
        row: ['2026-01-01T00:00:01Z', 'b', 'high'],
      },
      expect.objectContaining({ line: 5, column: 'event_timestamp' }),
    ])
    expect((await importFiles('a.csv', '--skip-bad', '9')).stderr).toContain('nothing new: 1 file unchanged')
    expect(await filesBelow(join(folder, 'out'))).toEqual(files)
    expect((await minilake('ingest')).stderr).toMatch(/^1 file published/)
  })
})

test('--table is the only table of the lake, else pump; without either it must be given', async () => {
  const { folder, minilake } = await folderWith({ 'a.csv': `${header}2026-01-01T00:00:00Z,a,1\n` })
  expect((await minilake('import', 'a.csv')).stderr).toContain(
    '1 file written in lake/iot-time-series/turbine/: 1 row, ',
  )
  expect((await minilake('query', 'hourly', '--format', 'csv')).stdout).toBe(
    'hour,avg_power\n2026-01-01T00:00:00.000Z,1\n',
  )
  const columns = { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } }
  const tables = ['a', 'b'].map((name) => ({ name, columns }))
  await writeFile(join(folder, 'two.json'), JSON.stringify({ tables }))
  await writeFile(join(folder, 'none.json'), JSON.stringify({ tables: [] }))
  const message = async (config: string) => (await minilake('query', 'hourly', '--config', config)).stderr
  expect(await message('two.json')).toBe('minilake: --table expected one of a, b, got no name\n')
  expect(await message('none.json')).toBe(
    'minilake: --table expected one of none: the lake has no tables, got no name\n',
  )
})

test('bad rows alone are not imported, however many may be left out', async () => {
  const { folder, importFiles } = await folderWith({ 'a.csv': `${header}never,a,1\n` })
  const run = await importFiles('a.csv', '--skip-bad', '5')
  expect(run.code).toBe(1)
  expect(run.stderr).toContain(
    'minilake: nothing was imported: expected at least one good row, got only bad rows (1)',
  )
  expect(await filesBelow(join(folder, 'out'))).toEqual([])
})

test('a table partitioned by day is read by its days: files of others are not even opened', async () => {
  const { folder, minilake } = await freshFolder()
  const day = (n: number) => `2026-01-0${n}T12:00:00Z,${n},1,1,pump-0001\n`
  await writeFile(
    join(folder, 'a.csv'),
    `event_timestamp,pressure,velocity,speed,pump_id\n${day(1)}${day(2)}${day(3)}`,
  )
  expect((await minilake('import', 'a.csv', '--table', 'pump_daily')).code).toBe(0)
  const lake = join(folder, 'lake', 'iot-time-series')
  const [, second] = (await filesBelow(lake)).filter((name) => name.endsWith('.parquet'))
  await writeFile(join(lake, second as string), 'no longer Parquet')
  const query = (from: string, to: string) =>
    minilake(
      'query',
      'hourly',
      '--table',
      'pump_daily',
      '--columns',
      'pressure',
      '--from',
      from,
      '--to',
      to,
      '--format',
      'csv',
    )
  expect(await query('2026-01-03', '2026-01-03')).toMatchObject({
    code: 0,
    stdout: 'hour,avg_pressure\n2026-01-03T12:00:00.000Z,3\n',
  })
  expect((await query('2026-01-01', '2026-01-02')).code).toBe(1)
})

describe('wrong usage and bad input', () => {
  const row = '2026-01-01T00:00:00Z,a,1\n'
  test.each<[string[], string | Uint8Array, number, string]>([
    [[], '', 1, 'a.csv is empty: expected readings'],
    [[], header, 1, 'a.csv has a header but no rows: expected readings'],
    [
      [],
      'site,power\na,1\n',
      1,
      'a.csv lacks event_timestamp of table turbine: it has the columns site, power; --map renames columns',
    ],
    [
      [],
      `event_timestamp,site,power,volts\n2026-01-01T00:00:00Z,a,1,5\n`,
      1,
      'a.csv has columns that table turbine lacks: volts (expected event_timestamp, site, power): --map renames',
    ],
    [
      ['--zone', 'Mars'],
      header + row,
      2,
      '--zone expected UTC, GMT, an offset such as +02:00 or a name with a slash such as Europe/Berlin, got Mars',
    ],
    [
      ['--time-format', 'unix'],
      header + row,
      2,
      '--time-format expected iso, epoch-s, epoch-ms, epoch-us, epoch-ns or a pattern',
    ],
    [
      ['--time-format', 'epoch-s', '--zone', 'UTC'],
      header + row,
      2,
      '--zone expected none beside --time-format epoch-s',
    ],
    [
      ['--map', 'ts'],
      header + row,
      2,
      'Expected a name in the file and one of the table, such as ts=event_timestamp.',
    ],
    [['--map', 'site=place'], header + row, 2, '--map of site expected a column of table turbine'],
    [
      ['--map', 'ts=site'],
      header + row,
      2,
      '--map expected columns of the files, got ts: a.csv has event_timestamp, site, power',
    ],
    [['--encoding', 'ebcdic'], header + row, 2, '--encoding expected a name such as utf-8'],
    [['--delimiter', ''], header + row, 2, '--delimiter expected one to four characters'],
    [
      ['--delimiter', '"'],
      header + row,
      2,
      '--delimiter expected one to four characters without quotes or line ends',
    ],
    [['--quote', 'ab'], header + row, 2, '--quote expected one ASCII character or none'],
    [['--skip-bad', '-1'], header + row, 2, 'Expected a whole number of at least 0.'],
    [
      ['--max-partitions', '1'],
      header + row + row.replace('01-01', '01-02'),
      1,
      'expected at most 1 partitions, got 2',
    ],
    [['./a.csv'], header + row, 2, 'import expected each file once, got ./a.csv twice'],
    [['missing.csv'], header + row, 1, 'cannot read missing.csv: no such file or folder'],
  ])('%j on %j', async (args, content, code, message) => {
    const { folder, importFiles } = await folderWith({ 'a.csv': content })
    const run = await importFiles('a.csv', ...args)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr.split('\n').filter((line) => line.startsWith('minilake: '))).toHaveLength(1)
    expect(run.stderr).toContain(message)
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
  })

  test('10,000 partitions of one file are too many, and can be allowed', async () => {
    const rows = Array.from(
      { length: 10_000 },
      (_, day) => `${new Date(Date.UTC(1990, 0, 1 + day)).toISOString()},a,1\n`,
    )
    const { folder, importFiles } = await folderWith({ 'a.csv': header + rows.join('') })
    const run = await importFiles('a.csv')
    expect(run).toMatchObject({ code: 1 })
    expect(run.stderr).toContain(
      'rows of table turbine expected at most 3660 partitions, got 10000 (event_date=1990-01-01 to event_date=2017-05-18): check that the times are read correctly, or allow them with --max-partitions 10000',
    )
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
  })

  test('no file, and an unknown table', async () => {
    const { minilake } = await freshFolder()
    const refused = (message: string) => ({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message) as string,
    })
    expect(await minilake('import', '--table', 'pump')).toMatchObject(
      refused("missing required argument 'files'"),
    )
    expect(await minilake('import', 'a.csv', '--table', 'pmp')).toMatchObject(
      refused('got pmp (did you mean pump?)'),
    )
  })

  test('names that SQL reserves and odd characters in names are only names', async () => {
    const { folder, minilake } = await freshFolder()
    await mkdir(join(folder, "o'dd [x]"))
    await writeFile(
      join(folder, 'lake.json'),
      JSON.stringify({
        tables: [
          {
            name: 'order',
            columns: { select: { type: 'timestamp' }, from: { type: 'double' } },
            partitions: { group: { from: 'select', by: 'day' } },
          },
        ],
      }),
    )
    await writeFile(join(folder, "o'dd [x]", `a'b "c".csv`), `"a ""b"";--",FROM\n2026-01-01T00:00:00Z,1.5\n`)
    const run = (...args: string[]) => minilake(...args, '--config', 'lake.json')
    const imported = await run(
      'import',
      join("o'dd [x]", `a'b "c".csv`),
      '--table',
      'order',
      '--map',
      'a "b";--=select',
    )
    expect(imported.code).toBe(0)
    const { stdout } = await run(
      'query',
      'sql',
      'SELECT "select", "from", "group" FROM hive.iot_dw."order"',
      '--format',
      'csv',
    )
    expect(stdout).toBe('select,from,group\n2026-01-01T00:00:00.000Z,1.5,2026-01-01\n')
  })
})

async function askDuckDb(sql: string): Promise<(string | number)[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  const rows = (await connection.runAndReadAll(sql)).getRowsJS()
  connection.closeSync()
  instance.closeSync()
  return rows.map((row) =>
    row.map((value) => (typeof value === 'bigint' ? Number(value) : (value as string | number))),
  )
}

/** Sums differ in their last digits with the order in which they are added up. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value
}
