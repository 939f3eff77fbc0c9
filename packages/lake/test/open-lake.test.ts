import { readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { hourlyAverages } from '@minilake/analytics'
import { pump, pumpDaily, pumpLake } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { type Lake, openLake, type OpenLakeOptions, UsageError } from '../src/index.js'
import { freshFolder, freshLake } from './fresh-lake.js'
import { turbine } from './turbine.js'

const open = (options: object) => openLake(options)

describe('openLake', () => {
  test('without options and config opens an embedded lake of pump and pump_daily, and creates nothing', async () => {
    const { folder, lake } = await freshLake()
    expect(lake.profile).toBe('embedded')
    expect(lake.tables).toBe(pumpLake.tables)
    expect(lake.out).toBe(join(folder, 'out'))
    expect(lake.store.location).toBe(join(folder, 'lake', 'iot-time-series'))
    const counted = []
    for await (const row of lake.query('SELECT count(*) AS n FROM hive.iot_dw.pump')) counted.push(row)
    expect(counted).toEqual([{ n: 0n }])
  })

  test('reads the config file of its folder, unless tables are given', async () => {
    const folder = await freshFolder()
    await writeFile(
      join(folder, 'minilake.config.json'),
      JSON.stringify({
        tables: [{ name: 'station', columns: { t: { type: 'timestamp' } } }],
        out: 'staged',
        profiles: { embedded: { folder: 'data' } },
      }),
    )
    const fromFile = await openLake({ cwd: folder })
    expect(fromFile.tables.map(({ name }) => name)).toEqual(['station'])
    expect([fromFile.out, fromFile.store.location]).toEqual([
      join(folder, 'staged'),
      join(folder, 'data', 'iot-time-series'),
    ])
    const given = await openLake({ cwd: folder, tables: [turbine] })
    expect(given.tables).toEqual([turbine])
    expect(given.out).toBe(join(folder, 'out'))
    await Promise.all([fromFile.close(), given.close()])
  })

  test('DuckDB has the memory, threads and temporary folder of the settings, in imports too', async () => {
    const folder = await freshFolder()
    const embedded = { memory: '256MiB', threads: 1, spill: 'spill' }
    await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ profiles: { embedded } }))
    const lake = await openLake({ cwd: folder })
    const rows = []
    const settings = ['memory_limit', 'threads', 'temp_directory']
    for await (const row of lake.query(
      `SELECT ${settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
    ))
      rows.push(row)
    expect(rows).toEqual([
      {
        memory_limit: '256.0 MiB',
        threads: 1n,
        temp_directory: expect.stringContaining(join(folder, 'spill', 'minilake-duckdb-')),
      },
    ])
    await lake.close()
    expect(await readdir(join(folder, 'spill'))).toEqual([])

    // A spill folder that cannot be used shows that the import uses it.
    const wrong = { embedded: { spill: 'minilake.config.json' } }
    const importing = await openLake({ cwd: folder, profiles: wrong })
    await expect(importing.import(pump, [{ name: 'a.csv', bytes: [] as never }])).rejects.toThrow(
      'temporary files expected a folder that can be written',
    )
    await importing.close()
    await expect(openLake({ profiles: { embedded: { memory: '4' } } })).rejects.toThrow(
      "openLake: profiles.embedded.memory: Expected an amount of memory with its unit, such as 4GB, got '4'",
    )
    await expect(openLake({ profiles: { embedded: { threads: 0 } } })).rejects.toThrow(
      'openLake: profiles.embedded.threads: Expected a whole number from 1 to 9999, got 0',
    )
  })

  test('options win over env, and env over the config file', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'minilake.config.json'), '{ "out": "by-file" }')
    const outOf = async (options: OpenLakeOptions) => {
      const lake = await openLake({ cwd: folder, ...options })
      await lake.close()
      return lake.out
    }
    expect(await outOf({})).toBe(join(folder, 'by-file'))
    expect(await outOf({ env: { MINILAKE_OUT: 'by-env' } })).toBe(join(folder, 'by-env'))
    expect(await outOf({ env: { MINILAKE_OUT: 'by-env' }, out: '/by-option' })).toBe('/by-option')
  })

  test('opens the stack profile without a connection', async () => {
    const lake = await openLake({
      tables: [pump],
      profile: 'stack',
      profiles: { stack: { endpoint: 'http://127.0.0.1:9' } },
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    })
    expect([lake.profile, lake.store.location]).toEqual(['stack', 's3://iot-time-series'])
    await lake.close()
  })

  test.each<[object, RegExp]>([
    [{ profil: 'stack' }, /^openLake expected options of tables, .*, got profil \(did you mean profile\?\)$/],
    [{ cwd: 3 }, /^openLake expected a path as cwd, got 3$/],
    [{ profile: 'mars' }, /^openLake: profile: Allowed choices are embedded, stack, got 'mars'$/],
    [{ tables: ['pump'] }, /^openLake: tables\.0: /],
    [{ tables: [turbine, turbine] }, /^openLake: tables\.1\.name: lake expected tables of different names/],
    [{ profiles: { stack: { trino: 'localhost' } } }, /^openLake: profiles\.stack\.trino: Expected the URL/],
    [
      { env: { MINILAKE_PROFILE: 'mars' } },
      /^the environment variable MINILAKE_PROFILE has the invalid value/,
    ],
    [{ config: 'none.ts' }, /^config expected a file, but there is none at /],
    [{ config: 'none.ts', tables: [] }, /^openLake expected tables or a config file/],
  ])('refuses %j with one sentence', async (options, message) => {
    const cwd = await freshFolder()
    const failure = await open({ cwd, ...options }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(['TypeError', 'UsageError']).toContain((failure as Error).name)
    expect((failure as Error).message).toMatch(message)
  })

  test('refuses a lake folder that is a file', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'lake'), '')
    await expect(openLake({ cwd: folder })).rejects.toThrow(UsageError)
    await writeFile(join(folder, 'other'), '')
    const profiles = { embedded: { folder: 'other' } }
    await expect(openLake({ cwd: folder, profiles })).rejects.toThrow(/openLake expected a folder at .*other/)
  })
})

describe('a lake', () => {
  test('refuses tables that are not its own', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    await expect(lake.write(pump, [])).rejects.toThrow(
      new TypeError('expected a table of this lake (turbine), got pump'),
    )
    const other = { ...turbine, columns: { event_timestamp: { type: 'timestamp' } } } as const
    await expect(lake.register({ tables: [other] })).rejects.toThrow(/another definition in this lake/)
    await expect(lake.generate(turbine, { from: '2026-01-01' })).rejects.toThrow(
      /^table turbine has no simulation: expected pump or pump_daily/,
    )
  })

  test('refuses every call after close, and a second close does nothing', async () => {
    const { lake } = await freshLake({ tables: [turbine, pump] })
    await lake.close()
    await lake.close()
    const closed = 'the lake is closed: open it again with openLake'
    const signal = new AbortController().signal
    const calls: (() => unknown)[] = [
      () => lake.generate(pump, { from: '2026-01-01' }),
      () => lake.write(turbine, []),
      () => lake.import(turbine, ['a.csv']),
      () => lake.stage(turbine, ['a.csv']),
      () => lake.ingest(),
      () => lake.watch({ signal }),
      () => lake.register(),
      () => lake.statements(),
      () => lake.files(turbine),
      () => lake.query('SELECT 1'),
      () => lake.verify(),
      () => lake.status(),
      () => lake.clean(),
      () => lake.doctor(),
      () => lake.ready(),
    ]
    for (const call of calls) {
      const failure = await Promise.resolve()
        .then(call)
        .catch((error: unknown) => error)
      expect(failure).toEqual(new UsageError(closed))
    }
  })

  test.each<[string, (lake: Lake) => unknown, string]>([
    [
      'a misspelt option',
      (lake) => lake.write(pump, [], { maxPartition: 1 } as object),
      'got maxPartition (did you mean maxPartitions?)',
    ],
    [
      'options that are none',
      (lake) => lake.status(3 as never),
      'status expected an object of options, got 3',
    ],
    [
      'a signal that is none',
      (lake) => lake.verify({ signal: 3 as never }),
      'verify expected an AbortSignal as signal, got 3',
    ],
    [
      'no table',
      (lake) => lake.write(undefined as never, []),
      'expected a table of this lake, got undefined',
    ],
    [
      'one path instead of a list',
      (lake) => lake.import(pump, 'a.csv' as never),
      "import expected a list of files, such as ['readings.csv'], got 'a.csv'",
    ],
    ['no file', (lake) => lake.stage(pump, []), 'import expected a list of files'],
    ['a number as a query', (lake) => lake.query(3 as never), 'query expected a query or SQL text, got 3'],
    [
      'no workers',
      (lake) => lake.generate(pump, { from: '2026-01-01' }, { workers: 0 }),
      'workers expected a whole number of at least 1, got 0',
    ],
  ])('refuses %s with one sentence', async (_, call, sentence) => {
    const { lake } = await freshLake({ tables: [pump] })
    const failure: unknown = await Promise.resolve(lake)
      .then(call)
      .catch((error: unknown) => error)
    expect(['TypeError', 'RangeError']).toContain((failure as Error).name)
    expect((failure as Error).message).toContain(sentence)
  })

  test('rejects with the reason of an aborted signal', async () => {
    const { lake } = await freshLake({ tables: [pump] })
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(lake.generate(pump, { from: '2026-01-01' }, { signal })).rejects.toBe(reason)
    await expect(lake.status({ signal })).rejects.toBe(reason)
  })

  test('sees the first file of a table in a query on an engine that is open already', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const rowCount = async () => {
      for await (const { n } of lake.query('SELECT count(*) AS n FROM hive.iot_dw.turbine')) return n
      return undefined
    }
    expect(await rowCount()).toBe(0n)
    await lake.write(turbine, [{ event_timestamp: new Date('2026-01-01T00:00:00Z'), turbine_id: 'a' }])
    expect(await rowCount()).toBe(1n)
    const averages = []
    for await (const row of lake.query(hourlyAverages(turbine, ['power']))) averages.push(row)
    expect(averages).toEqual([{ hour: new Date('2026-01-01T00:00:00Z'), avg_power: null }])
  })

  test('generates, ingests, verifies, counts and cleans what it simulated', async () => {
    const { folder, lake } = await freshLake({ tables: [pump, pumpDaily] })
    const simulation = { from: '2026-01-01', days: 2, intervalSeconds: 60 }
    expect(await lake.generate(pump, simulation, { workers: 1 })).toMatchObject({ written: 2, rows: 2880 })
    expect(await lake.ingest({ verify: 'all' })).toMatchObject({
      published: 2,
      truths: 2,
      readBack: { compared: 2, differences: [] },
    })
    expect(await lake.ingest()).toMatchObject({ published: 0, unchanged: 2 })
    expect(await lake.verify()).toEqual([
      expect.objectContaining({
        table: 'pump',
        files: 2,
        rows: 2880,
        differences: [],
        isOrderCompared: true,
      }),
    ])
    const { tables, ...where } = await lake.status()
    expect(where).toEqual({ profile: 'embedded', out: join(folder, 'out'), location: lake.store.location })
    expect(tables[0]).toMatchObject({
      table: 'pump',
      out: { files: 2, notInLake: 0 },
      lake: { files: 2, rows: 2880n, first: new Date('2026-01-01'), last: new Date('2026-01-02T23:59:00Z') },
    })
    expect((await lake.doctor()).every(({ state }) => state === 'ok')).toBe(true)
    const kinds = (await lake.clean()).map(({ kind, isRemoved }) => [kind, isRemoved])
    expect(kinds).toEqual([
      ['simulated', false],
      ['truth', false],
      ['simulated', false],
      ['truth', false],
    ])
    await lake.clean({ remove: true })
    expect(await lake.clean()).toEqual([])
  })
})

test('relative paths are resolved when the lake opens: a change of the working directory does not move it', async () => {
  const folder = await freshFolder()
  const before = process.cwd()
  const lake = await openLake({ cwd: relative(before, folder), tables: [turbine] })
  const elsewhere = await freshFolder()
  process.chdir(elsewhere)
  try {
    await lake.write(turbine, [{ event_timestamp: new Date('2026-01-01T00:00:00Z'), turbine_id: 'a' }])
  } finally {
    process.chdir(before)
    await lake.close()
  }
  expect(await readdir(elsewhere)).toEqual([])
  expect(await readdir(folder)).toEqual(['lake'])
  expect(lake.out).toBe(join(folder, 'out'))
})
