import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scenarios, simulate } from '@minilake/generator'
import { pump, pumpDaily, pumpDailyLabels, pumpLabels } from '@minilake/schema'
import { expect, test } from 'vitest'
import { agrees } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'

const week = { from: '2026-01-01', days: 3, intervalSeconds: 5, scenario: scenarios.nightmare }
const labelled = [
  { table: pump, labels: pumpLabels, pumps: 1 },
  { table: pumpDaily, labels: pumpDailyLabels, pumps: 2 },
]

test.each(labelled)(
  '$labels.name has one row for each fault and alarm in the truth of $table.name',
  async ({ table, labels, pumps }) => {
    const { lake } = await freshLake({ tables: [table, labels] })
    await lake.generate(table, { ...week, pumps }, { workers: 1 })
    await lake.ingest()
    const verified = await lake.verify()
    expect(verified).toMatchObject([
      { table: table.name, source: 'truth' },
      { table: labels.name, source: 'checks', files: 3 * pumps },
    ])
    expect(verified.every(agrees)).toBe(true)

    const expected = [...simulate(table, { ...week, pumps })].flatMap((file) => {
      for (const _ of file.batches);
      const { faults, alarms } = file.truth()
      const source = table === pumpDaily ? [`pump-000${file.parameters.pump}`, file.parameters.day] : []
      return [
        ...faults.map(({ fault, start, end, column }) =>
          [start, end, 'fault', fault, column ?? null, null, ...source].join(),
        ),
        ...(alarms.pressure?.episodes ?? []).map(({ start, end, peak }) =>
          [start, end, 'alarm', 'pressure_high', 'pressure', peak, ...source].join(),
        ),
      ]
    })
    const found = []
    const iso = (time: unknown) => (time as Date | null)?.toISOString() ?? null
    for await (const row of lake.query(`SELECT * FROM hive.iot_dw.${labels.name}`)) {
      const { start_time, end_time, ...rest } = row
      found.push([iso(start_time), iso(end_time), ...Object.values(rest)].join())
    }
    expect(expected.length).toBeGreaterThan(100)
    expect(found.sort()).toEqual(expected.sort())
  },
)

test('the files of labels lie as those of the readings do, and the same simulation gives the same bytes', async () => {
  const files = async () => {
    const { folder, lake } = await freshLake({ tables: [pumpDaily, pumpDailyLabels] })
    await lake.generate(pumpDaily, { ...week, days: 2, pumps: 2 }, { workers: 1 })
    const out = join(folder, 'out')
    const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.parquet')).sort()
    const labels = names.filter((name) => name.startsWith(pumpDailyLabels.name))
    expect(labels.map((name) => name.replace(pumpDailyLabels.name, pumpDaily.name))).toEqual(
      names.filter((name) => !labels.includes(name)),
    )
    return Promise.all(labels.map((name) => readFile(join(out, name))))
  }
  expect(await files()).toEqual(await files())
})

test('a lake without the table of labels has no files of them', async () => {
  const { folder, lake } = await freshLake({ tables: [pump, pumpDailyLabels] })
  await lake.generate(pump, week, { workers: 1 })
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(['_truth', 'pump'])
})

test('labels are added to files that are there, stay if nothing changed, and are replaced with them', async () => {
  const { folder, lake } = await freshLake({ tables: [pump] })
  await lake.generate(pump, week, { workers: 1 })
  const { lake: more } = await freshLake({ cwd: folder, tables: [pump, pumpLabels] })
  const count = async () => {
    await more.ingest({ overwrite: true })
    for await (const { labels } of more.query('SELECT count(*) AS labels FROM hive.iot_dw.pump_labels'))
      return Number(labels)
  }
  for (let run = 0; run < 2; run++)
    expect(await more.generate(pump, week, { workers: 1 })).toMatchObject({
      unchanged: 3,
      written: 0,
      conflicts: [],
    })
  expect(await count()).toBeGreaterThan(100)
  const healthy = { ...week, scenario: scenarios.healthy }
  expect(await more.generate(pump, healthy, { overwrite: true, workers: 1 })).toMatchObject({ replaced: 3 })
  expect(await count()).toBe(0)
  expect((await more.verify()).map(({ table, differences }) => [table, differences])).toEqual([
    ['pump', []],
    ['pump_labels', []],
  ])
})

test('days of labels are removed as those of other tables are', async () => {
  const { lake } = await freshLake({ tables: [pumpDaily, pumpDailyLabels] })
  await lake.generate(pumpDaily, week, { workers: 1 })
  await lake.ingest()
  const day = new Date('2026-01-02')
  for (const table of lake.tables) {
    const report = await lake.remove(table, { from: day, to: new Date('2026-01-03'), remove: true })
    expect(report).toMatchObject({ files: 1 })
  }
  expect((await lake.verify()).map(({ files, differences }) => [files, differences])).toEqual([
    [2, []],
    [2, []],
  ])
})

test('clean takes the files of labels with the readings, but keeps rows of your own', async () => {
  const { lake } = await freshLake({ tables: [pump, pumpLabels] })
  await lake.generate(pump, week, { workers: 1 })
  await lake.ingest()
  const own = { start_time: new Date(week.from), kind: 'fault', name: 'leak' }
  await lake.write(pumpLabels, [own])
  const cleaned = await lake.clean({ remove: true })
  expect(cleaned.map(({ kind, keys, isRemoved }) => [kind, keys.length, isRemoved])).toEqual([
    ['simulated', 6, true],
    ['truth', 3, true],
    ['simulated', 6, true],
    ['truth', 3, true],
    ['own', 1, false],
  ])
})
