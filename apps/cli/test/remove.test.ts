import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

async function freshLake() {
  const { folder, minilake } = await freshFolder()
  await minilake(
    'generate',
    '--table',
    'pump_daily',
    '--from',
    '2026-01-04',
    '--days',
    '3',
    '--interval',
    '10m',
    '--pumps',
    '2',
  )
  await minilake('ingest')
  return { folder, minilake }
}

const day = ['--table', 'pump_daily', '--from', '2026-01-05', '--to', '2026-01-05']

describe('remove', () => {
  test('lists a day, removes it with its truth on --yes, and then finds nothing', async () => {
    const { minilake } = await freshLake()
    expect(await minilake('remove', ...day)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^would remove 2 data files of pump_daily \(.* kB\):\n {2}pump_daily\/event_date=2026-01-05\/ {2}2 files, .* kB\n$/,
      ),
      stderr: expect.stringContaining('--yes removes it'),
    })
    expect((await minilake('verify')).stdout).toContain('6 files')
    expect(await minilake('remove', ...day, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^removed 2 data files/),
      stderr: '',
    })
    expect(await minilake('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('4 files') })
    const again = { code: 0, stdout: 'nothing to remove from pump_daily\n', stderr: '' }
    expect(await minilake('remove', ...day, '--yes')).toMatchObject(again)
  })

  test('--json prints the report', async () => {
    const { minilake } = await freshLake()
    const { stdout } = await minilake('remove', ...day, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      table: 'pump_daily',
      folders: [{ folder: 'pump_daily/event_date=2026-01-05/', files: 2 }],
      files: 2,
      isRemoved: false,
    })
  })

  test('mistakes are refused in one sentence, and nothing goes', async () => {
    const { minilake } = await freshLake()
    const mistakes: [flags: string[], sentence: string][] = [
      [['--from', '2026-01-06', '--to', '2026-01-05'], '--from expected a time before --to'],
      [['--table', 'pumps_daily'], 'did you mean pump_daily'],
      [['--where', 'presure > 1'], '--where expected a column of table pump_daily (event_timestamp'],
      [['--where', 'presure > 1'], 'got presure (did you mean pressure?), at character 1 of: presure > 1'],
      [
        ['--where', 'pump_id = 1'],
        "in single quotes, such as 'p1' for pump_id, which is varchar, got 1, at character 11",
      ],
      [['--where', ''], '--where expected a column'],
      [['--where', "event_date = '2026-01-05'"], 'choose days with --from and --to'],
      [
        ['--import', '0123456789'],
        '--import expected the ID of an import of pump_daily, got 0123456789; none of its files names an import',
      ],
      [['--import', '0123'], '--import expected at least 8 digits'],
      [['--older-than', '90'], 'Expected a number of days, such as 90d'],
      [['--older-than', '9d', '--from', '2026-01-05'], 'expected --older-than without --from and --to'],
      [['--older-than', '9d', '--expired'], 'expected --older-than or --expired, got both'],
      [['--expired'], "--expired expected a table with a retention, got pump_daily: add retention: '90d'"],
      [['--table', 'pump', '--older-than', '9d'], 'not partitioned by the day of its readings'],
    ]
    for (const [flags, sentence] of mistakes) {
      const tabled = flags.includes('--table') ? flags : ['--table', 'pump_daily', ...flags]
      expect(await minilake('remove', ...tabled, '--yes')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(sentence),
      })
    }
    expect((await minilake('verify')).stdout).toContain('6 files')
  })

  test('--expired without a table that has a retention is a usage error', async () => {
    const { minilake } = await freshLake()
    expect(await minilake('remove', '--expired')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--expired expected a table with a retention, got none'),
    })
  })

  test('rows by a condition: listed, removed, and verify compares what is left', async () => {
    const { folder, minilake } = await freshLake()
    const choice = [...day, '--where', "pump_id = 'pump-0001' AND event_timestamp >= '2026-01-05 12:00'"]
    const listed = await minilake('remove', ...choice)
    expect(listed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^would remove 72 rows of pump_daily \(1 data file rewritten without them; .* kB\):\n {2}pump_daily\/event_date=2026-01-05\/ {2}1 file rewritten, 72 rows, .* kB\n$/,
      ),
      stderr: expect.stringContaining('--yes removes it'),
    })
    await mkdir(join(folder, 'lake/iot-time-series/pump_daily/event_date=abc'))
    await writeFile(join(folder, 'lake/iot-time-series/pump_daily/event_date=abc/a.parquet'), '')
    expect(await minilake('remove', ...choice, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'leaves 1 file alone, not in the folder of a day or no data file of pump_daily: pump_daily/event_date=abc/a.parquet',
      ),
      stderr: expect.stringContaining('verify then compares these files with their own counts and bounds'),
    })
    await rm(join(folder, 'lake/iot-time-series/pump_daily/event_date=abc'), { recursive: true })
    expect(await minilake('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/792 rows .* of 6 files/),
    })
    expect((await minilake('remove', ...choice, '--yes')).stdout).toBe('nothing to remove from pump_daily\n')
  })

  test('an import is taken back by the ID in its report; --expired goes through the tables with a retention', async () => {
    const { folder, minilake } = await freshFolder()
    await writeFile(
      join(folder, 'minilake.config.json'),
      JSON.stringify({
        tables: ['turbine', 'other'].map((name) => ({
          name,
          columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } },
          partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
          ...(name === 'turbine' && { retention: '90d' }),
        })),
      }),
    )
    await writeFile(join(folder, 'right.csv'), 'event_timestamp,power\n2026-01-05T10:00:00Z,1\n')
    await writeFile(join(folder, 'wrong.csv'), 'event_timestamp,power\n2026-01-05T10:00:00Z,2\n')
    for (const name of ['right', 'wrong']) await minilake('import', `${name}.csv`, '--table', 'turbine')
    const { importId } = JSON.parse(
      (await minilake('import', 'wrong.csv', '--table', 'turbine', '--json')).stdout,
    ) as { importId: string }
    expect(
      await minilake('remove', '--table', 'turbine', '--import', importId.slice(0, 8), '--yes'),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^removed 1 data file of turbine/),
    })
    const left = await minilake('query', 'sql', 'SELECT power FROM hive.iot_dw.turbine', '--format', 'csv')
    expect(left.stdout).toBe('power\n1\n')
    const expired = JSON.parse((await minilake('remove', '--expired', '--yes', '--json')).stdout) as unknown[]
    expect(expired).toHaveLength(1)
    expect(expired).toMatchObject([{ table: 'turbine' }])
  })

  test('data that are ingested again after their removal are there again', async () => {
    const { folder, minilake } = await freshLake()
    await minilake('remove', ...day, '--yes')
    expect(await minilake('ingest')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^2 files published/),
    })
    expect(await minilake('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('6 files') })
    await rm(join(folder, 'out'), { recursive: true })
  })
})
