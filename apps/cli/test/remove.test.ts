import { rm } from 'node:fs/promises'
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
      stderr: expect.stringContaining('--yes removes them'),
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

  test.each([
    [['--from', '2026-01-05T06:00'], 'expected whole days'],
    [['--from', '2026-01-06', '--to', '2026-01-05'], '--from expected a time before --to'],
    [['--table', 'pumps_daily'], 'did you mean pump_daily'],
    [['--table', 'pump', '--from', '2026-01-05'], 'not partitioned by day'],
  ])('%j is refused, and nothing goes', async (flags, sentence) => {
    const { minilake } = await freshLake()
    const tabled = flags.includes('--table') ? flags : ['--table', 'pump_daily', ...flags]
    expect(await minilake('remove', ...tabled, '--yes')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    })
    expect((await minilake('verify')).stdout).toContain('6 files')
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
