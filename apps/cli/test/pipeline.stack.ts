import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  alarmCount,
  alarmRows,
  alarmRule,
  hourlyAverages,
  hourlyStatistics,
  type Query,
  type SqlEngine,
  tableSummary,
} from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { duckDbStatements } from '@minilake/catalog'
import { defineTable, numericColumns, pump, pumpDaily, type Table } from '@minilake/schema'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Minilake, processIn } from './run-minilake.js'
import { emptyLake, engineOf, stackFolder, storeOf } from './stack-folder.js'

const stack = inject('stack')
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const station = defineTable({
  name: 'station',
  comment: "a reading of every type; it's quoted",
  columns: {
    event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
    site: { type: 'varchar', nullable: true },
    level: { type: 'double', nullable: true, highLimit: 10 },
    gain: { type: 'real', nullable: true },
    total: { type: 'bigint', nullable: true },
    state: { type: 'integer', nullable: true },
    open: { type: 'boolean', nullable: true },
    built: { type: 'date', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
})

const rows = [
  '2026-01-01T00:00:00Z,north,1.5,0.5,9007199254740993,1,true,2020-02-29',
  '2026-01-01T00:30:00Z,"a ""b"", ü 😀",NaN,NaN,-9223372036854775808,-2147483648,false,0001-01-01',
  '2026-01-01T23:59:59.999Z,,10.5,1.25,,,,',
  '2026-01-02T00:00:00Z,south,,,5,5,true,9999-12-31',
  '2026-01-02T12:00:00.123Z,south,Infinity,3.5,5,5,true,1969-12-31',
  '2026-01-02T12:30:00Z,south,-Infinity,-0.5,7,7,false,1582-10-15',
  // Values that do not recur are split by byte, and their pages compressed.
  ...Array.from(
    { length: 5000 },
    (_, second) =>
      `${new Date(Date.UTC(2026, 0, 3, 0, 0, second)).toISOString()},east,${Math.cbrt(second) / 2},0,0,${second % 7},true,`,
  ),
]

describe('the whole pipeline on the stack', () => {
  test('the demo ends with answers that agree with the truth, and changes nothing when run again', async () => {
    const first = await minilake('demo')
    expect(first).toMatchObject({ code: 0 })
    expect(first.stderr).toContain('7 files published in s3://iot-time-series/')
    expect(first.stderr).toContain('schema hive.iot_dw created\ntable hive.iot_dw.pump created')
    expect(first.stdout).toContain('3,690 rows with pressure > 150')
    expect(first.stdout).toContain(
      '604,800 rows in 168 hours of 7 files, 3,690 alarm rows and 18 alarms agree with the truth',
    )
    expect(first.stderr).not.toMatch(/Warning/)

    const second = await minilake('demo')
    expect(second).toMatchObject({ code: 0, stdout: first.stdout })
    expect(second.stderr).toContain('nothing new to publish: 7 files unchanged')
    expect(second.stderr).toContain('nothing new: the catalog is up to date')
  })

  test('the demo as JSON is one document', async () => {
    const { code, stdout } = await minilake('demo', '--json')
    expect(code).toBe(0)
    const { catalog, verified } = JSON.parse(stdout) as { catalog: object; verified: object }
    expect(catalog).toMatchObject({ changes: [], differences: [] })
    expect(verified).toMatchObject({ files: 7, rows: 604_800, differences: [] })
  })

  test('a fleet by days: partitions are registered once, and verified', async () => {
    await minilake('generate', '--table', 'pump_daily', '--pumps', '2', '--days', '3', '--interval', '10s')
    const ingested = await minilake('ingest')
    expect(ingested).toMatchObject({ code: 0 })
    expect(ingested.stderr).toContain(
      'next: minilake catalog --profile stack registers new tables and partitions with Trino',
    )
    expect(await minilake('catalog')).toMatchObject({
      code: 0,
      stdout: 'table hive.iot_dw.pump_daily: 3 new partitions\n',
    })
    expect((await minilake('catalog')).stdout).toMatch(/^nothing new: /)
    const { code, stdout } = await minilake('verify', '--table', 'pump_daily')
    expect([code, stdout]).toEqual([0, expect.stringContaining('51,840 rows in 72 hours of 6 files')])
  })

  test('a table of one’s own, of every type: import, ingest, catalog, query', async () => {
    await writeFile(
      join(folder, 'minilake.config.json'),
      JSON.stringify({ tables: [pump, pumpDaily, station] }),
    )
    const header = Object.keys(station.columns).join()
    await writeFile(join(folder, 'station.csv'), [header, ...rows, ''].join('\n'))
    const imported = await minilake('import', 'station.csv', '--table', 'station')
    expect(imported).toMatchObject({ code: 0 })
    expect(imported.stderr).toContain('table hive.iot_dw.station: 3 new partitions\nnext: minilake query')
    const { stdout } = await minilake(
      ...['query', 'sql', 'SELECT * FROM hive.iot_dw.station ORDER BY event_timestamp', '--format', 'csv'],
    )
    expect(stdout.trim().split('\n').slice(1)).toHaveLength(rows.length)
    expect(stdout).toContain('9007199254740993')
    const show = ['query', 'sql', 'SHOW CREATE TABLE hive.iot_dw.station', '--format', 'json']
    const denied = await minilake(...show)
    expect([denied.code, denied.stderr]).toEqual([
      1,
      expect.stringMatching(/Access Denied: .* \(minilake doctor --profile stack names the users in Trino/),
    ])
    const variables = { MINILAKE_PROFILE: 'stack', MINILAKE_STACK_QUERY_USER: 'minilake' }
    const comment = await processIn(folder, variables)(...show)
    expect(comment.stdout).toContain("a reading of every type; it''s quoted")
  })

  test('doctor passes every check', async () => {
    const { code, stderr, stdout } = await minilake('doctor')
    expect([code, stderr], stdout).toEqual([0, 'all checks passed\n'])
  })

  test('status shows rows and time range of each table', async () => {
    const { stdout } = await minilake('status', '--json')
    const { tables } = JSON.parse(stdout) as { tables: { table: string; lake: object }[] }
    expect(tables.map(({ table, lake }) => ({ table, ...lake }))).toEqual([
      expect.objectContaining({ table: 'pump', files: 7, rows: 604_800 }),
      expect.objectContaining({ table: 'pump_daily', files: 6, rows: 51_840 }),
      expect.objectContaining({ table: 'station', files: 3, rows: rows.length }),
    ])
  })
})

describe('Trino and DuckDB over the same files', () => {
  let trino: SqlEngine
  let duckDb: SqlEngine
  beforeAll(async () => {
    const embedded = processIn(folder)
    expect(await embedded('ingest')).toMatchObject({ code: 0 })
    expect(await embedded('import', 'station.csv', '--table', 'station')).toMatchObject({ code: 0 })
    trino = engineOf(stack)
    const root = resolve(folder, 'lake', 'iot-time-series')
    duckDb = duckDbEngine({ setup: duckDbStatements([pump, pumpDaily, station], { root }) })
  })
  afterAll(() => Promise.all([trino.close(), duckDb.close()]))

  const tables: Table[] = [pump, pumpDaily, station]
  const day = { from: new Date('2026-01-01T12:00:00Z'), to: new Date('2026-01-02T13:00:00Z') }
  const queries = tables.flatMap((table): [string, Query<unknown>][] => [
    [`hourlyAverages of ${table.name}`, hourlyAverages(table, numericColumns(table))],
    [`hourlyAverages of ${table.name} in a range`, hourlyAverages(table, numericColumns(table), day)],
    [`hourlyStatistics of ${table.name}`, hourlyStatistics(table)],
    [`hourlyStatistics of ${table.name} in a range`, hourlyStatistics(table, day)],
    [`alarmCount of ${table.name}`, alarmCount(table)],
    [
      `alarmCount of ${table.name} in a range`,
      alarmCount(table, { rules: [alarmRule(table, { above: 0.5 })], ...day }),
    ],
    [`alarmRows of ${table.name}`, alarmRows(table)],
    [`alarmRows of ${table.name} in a range`, alarmRows(table, { ...day, limit: 7 })],
    [`tableSummary of ${table.name}`, tableSummary(table)],
  ])

  test.each(queries)('%s gives the same rows', async (_, asked) => {
    const [expected, found] = [await rowsOf(duckDb, asked), await rowsOf(trino, asked)]
    expect(found.length).toBe(expected.length)
    for (const [index, row] of expected.entries()) expect(found[index], `row ${index}`).toEqual(close(row))
  })

  async function rowsOf(engine: SqlEngine, asked: Query<unknown>): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = []
    for await (const row of engine.query(asked)) found.push(row as Record<string, unknown>)
    return found
  }

  /** Averages and sums are added up in another order by every engine: the same to 12 digits. */
  function close(row: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' && Number.isFinite(value) && /^(avg|sum)_/.test(name)
          ? expect.toSatisfy((other: number) => Math.abs(other - value) <= 1e-12 * Math.abs(value))
          : value,
      ]),
    )
  }
})

describe('a catalog that is not as defined', () => {
  test('reports another column with the fix, exits with 1, and changes nothing', async () => {
    const { columns, ...rest } = station
    const changed = { ...rest, columns: { ...columns, extra: { type: 'double' } } }
    await writeFile(join(folder, 'changed.json'), JSON.stringify({ tables: [changed] }))
    const { code, stderr } = await minilake('catalog', '--config', 'changed.json')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^s3:.*\.parquet does not fit table station: column extra is missing.*: a table only gains nullable columns/m,
    )
  })

  test('reports a table whose files Trino manages, without the advice to drop it', async () => {
    const { columns, ...rest } = station
    const managed = { name: 'managed', columns: { event_timestamp: columns.event_timestamp } }
    await writeFile(join(folder, 'managed.json'), JSON.stringify({ tables: [{ ...rest, columns }, managed] }))
    const engine = engineOf(stack)
    await engine.execute('CREATE TABLE hive.iot_dw.managed (event_timestamp TIMESTAMP)')
    const { code, stderr } = await minilake('catalog', '--config', 'managed.json')
    await engine.execute('DROP TABLE hive.iot_dw.managed')
    await engine.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^table hive\.iot_dw\.managed expected an external table .*, got one whose files Trino manages/m,
    )
    expect(stderr).not.toContain('DROP TABLE')
  })

  test('--print changes nothing', async () => {
    const engine = engineOf(stack)
    await engine.execute('DROP TABLE hive.iot_dw.station')
    const { code, stdout } = await minilake('catalog', '--print')
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('CREATE TABLE IF NOT EXISTS "hive"."iot_dw"."station"'),
    ])
    await expect(engine.execute('SELECT 1 FROM hive.iot_dw.station')).rejects.toThrow('TABLE_NOT_FOUND')
    await engine.close()
    const asked = await minilake('query', 'hourly', '--table', 'station')
    expect(asked).toMatchObject({ code: 1, stdout: '' })
    expect(asked.stderr).toContain('minilake catalog --profile stack')
    expect((await minilake('catalog')).stdout).toBe(
      'table hive.iot_dw.station created\ntable hive.iot_dw.station: 3 new partitions\n',
    )
  })
})

test('clean removes what was simulated from the bucket, and the catalog drops its partitions', async () => {
  expect((await minilake('clean')).stdout).toContain('would remove 13 simulated files')
  const env = await readFile(stack.envFile, 'utf8')
  await writeFile(join(folder, '.env'), env.replaceAll(/^MAINTAIN_.*\n/gm, ''))
  const denied = await minilake('clean', '--yes')
  expect([denied.code, denied.stdout]).toEqual([1, ''])
  expect(denied.stderr).toContain(
    'nothing was removed: the S3 key LAKE_ACCESS_KEY lacks the right s3:DeleteObject below s3://iot-time-series/pump/: run minilake up, which adds MAINTAIN_ACCESS_KEY and MAINTAIN_SECRET_KEY to .env',
  )
  expect((await minilake('clean')).stdout).toContain('would remove 13 simulated files')
  await writeFile(join(folder, '.env'), env)
  expect((await minilake('clean', '--yes')).stdout).toContain('removed 13 simulated files')
  const left: string[] = []
  for await (const { key } of storeOf(stack).list('')) left.push(key)
  expect(left.filter((key) => !/^(station|_truth\/station|iot_dw|_probe)\//.test(key))).toEqual([])
  expect((await minilake('catalog')).stdout).toBe('table hive.iot_dw.pump_daily: 3 partitions gone\n')
})
