import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadRowsError } from '@minilake/import'
import { expect, onTestFinished, test } from 'vitest'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const csv = `event_timestamp,turbine_id,power,starts
2026-01-01 10:00:00,a,1.5,1
2026-01-02 00:30:00,b,NA,2
`

test('imports files into the lake and registers them; the same files again change nothing', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  await writeFile(join(folder, 'turbine.csv'), csv)
  const options = { zone: 'UTC', nullText: 'NA' }
  const report = await lake.import(turbine, ['turbine.csv'], options)
  expect(report).toMatchObject({ table: 'turbine', rows: 2, written: 2, badRows: 0 })
  expect(report.sources[0]).toMatchObject({ format: 'csv' })
  const rows = []
  for await (const row of lake.query('SELECT turbine_id, power FROM hive.iot_dw.turbine ORDER BY 1'))
    rows.push(row)
  expect(rows).toEqual([
    { turbine_id: 'a', power: 1.5 },
    { turbine_id: 'b', power: null },
  ])
  expect(await lake.import(turbine, ['turbine.csv'], options)).toMatchObject({ written: 0, unchanged: 2 })
  expect(await readdir(folder)).toEqual(['lake', 'turbine.csv'])
})

test.skipIf(!existsSync('/dev/shm'))(
  "imports through a link that takes the table's folder to another disk",
  async () => {
    const { folder, lake } = await freshLake({ tables: [turbine] })
    await writeFile(join(folder, 'turbine.csv'), csv)
    const memory = await mkdtemp('/dev/shm/minilake-')
    onTestFinished(() => rm(memory, { recursive: true }))
    const bucket = join(folder, 'lake', 'iot-time-series')
    await mkdir(bucket, { recursive: true })
    await symlink(memory, join(bucket, 'turbine'))
    const options = { zone: 'UTC', nullText: 'NA' }
    expect(await lake.import(turbine, ['turbine.csv'], options)).toMatchObject({ written: 2 })
    expect(await lake.import(turbine, ['turbine.csv'], options)).toMatchObject({ unchanged: 2 })
    expect((await readdir(memory, { recursive: true })).sort()).toEqual([
      'event_date=2026-01-01',
      expect.stringMatching(/^event_date=2026-01-01\/import-\w+\.parquet$/),
      'event_date=2026-01-02',
      expect.stringMatching(/^event_date=2026-01-02\/import-\w+\.parquet$/),
    ])
    expect(await readdir(bucket)).toEqual(['_truth', 'turbine'])
  },
)

test('stages files in out for ingest', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  await writeFile(join(folder, 'turbine.csv'), csv)
  const { keys } = await lake.stage(turbine, ['turbine.csv'], { zone: 'UTC', nullText: 'NA' })
  expect((await readdir(join(folder, 'out', 'turbine'))).sort()).toEqual([
    'event_date=2026-01-01',
    'event_date=2026-01-02',
  ])
  expect(await lake.ingest()).toMatchObject({ published: 2 })
  const found = []
  for await (const { key } of lake.files(turbine)) found.push(key)
  expect(found).toEqual(keys)
})

test('bad rows are left out on request, and written to out/_rejected', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  await writeFile(join(folder, 'turbine.csv'), csv)
  await expect(lake.import(turbine, ['turbine.csv'], { zone: 'UTC' })).rejects.toThrow(BadRowsError)
  expect(await readdir(folder)).toEqual(['turbine.csv'])
  const report = await lake.import(turbine, ['turbine.csv'], { zone: 'UTC', maxBadRows: 1 })
  expect(report).toMatchObject({ rows: 1, badRows: 1, written: 1 })
  const rejected = await readFile(join(folder, 'out', report.rejected ?? ''), 'utf8')
  expect(JSON.parse(rejected)).toMatchObject({ column: 'power', value: 'NA' })
})

test('a missing file, a file given twice and no good row are one sentence each', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'turbine.csv'), csv)
  await expect(lake.import(turbine, ['none.csv'])).rejects.toThrow(/^cannot read .*none\.csv: /)
  await expect(lake.import(turbine, ['turbine.csv', 'sub/../turbine.csv'])).rejects.toThrow(
    /^import expected each file once, got .* twice$/,
  )
  await expect(lake.import(turbine, ['turbine.csv'], { maxBadRows: 9 })).rejects.toThrow(
    'nothing was imported: expected at least one good row, got only bad rows (2)',
  )
})
