import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTable, pump } from '@minilake/schema'
import { expect, test } from 'vitest'
import { agrees, type Lake, openLake } from '../../src/index.js'
import { recordKey } from '../../src/files/file-record.js'
import { recordFiles, removeRecords } from '../../src/replace/record-files.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const row = (time: string, power: number) => ({
  event_timestamp: new Date(`2026-01-${time}Z`),
  turbine_id: 'a',
  power,
})
const range = (from: string, to: string) => ({
  from: new Date(`2026-01-${from}Z`),
  to: new Date(`2026-01-${to}Z`),
})
const bucketOf = (folder: string) => join(folder, 'lake', 'iot-time-series')

/** Keys of data files, and those of which there are records. */
async function stored(folder: string): Promise<{ files: string[]; recorded: string[] }> {
  const names = await readdir(bucketOf(folder), { recursive: true })
  const keys = names.map((name) => name.replaceAll('\\', '/')).sort()
  const files = keys.filter((key) => key.endsWith('.parquet'))
  return { files, recorded: keys.filter((key) => key.endsWith('.record')) }
}

/** Checks that each data file of a lake has a record, and that there is no other. */
async function expectAllRecorded(folder: string, number: number): Promise<void> {
  const { files, recorded } = await stored(folder)
  expect(recorded).toEqual(files.map(recordKey).sort())
  expect(files).toHaveLength(number)
}

const missingIn = async (lake: Lake) => (await lake.verify()).flatMap(({ missing }) => missing)

test('a lost file is named until it is imported again', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const rows = [row('05T10:00', 1), row('06T10:00', 2)]
  const { keys } = await lake.write(turbine, rows)
  await expectAllRecorded(folder, 2)
  await rm(join(bucketOf(folder), keys[1] as string))
  const [found] = await lake.verify()
  expect(found).toMatchObject({ files: 1, rows: 1, missing: [keys[1]], differences: [] })
  expect(agrees(found!)).toBe(false)
  await lake.write(turbine, rows)
  expect(await missingIn(lake)).toEqual([])

  await rm(join(bucketOf(folder), 'turbine'), { recursive: true })
  expect(await missingIn(lake)).toEqual(keys)
})

test('records go with their files, and come with new ones, in every change', async () => {
  const { folder, lake } = await freshLake({ tables: [keyed] })
  await lake.write(keyed, [row('05T10:00', 1), row('06T10:00', 2), row('07T10:00', 3)])
  const { importId } = await lake.write(keyed, [row('05T11:00', 4)])
  await expectAllRecorded(folder, 4)
  await lake.remove(keyed, { import: importId, remove: true })
  await expectAllRecorded(folder, 3)
  await lake.write(keyed, [row('05T10:00', 5), row('05T12:00', 6)], { mode: 'merge' })
  await lake.write(keyed, [row('06T10:00', 7)], { mode: 'overwrite-partitions' })
  await expectAllRecorded(folder, 3)
  await lake.write(keyed, [row('06T10:00', 7)], { mode: 'overwrite-partitions' })
  await lake.remove(keyed, { ...range('05T11:00', '05T13:00'), remove: true })
  await expectAllRecorded(folder, 3)
  await lake.remove(keyed, { ...range('07T00:00', '08T00:00'), remove: true })
  await expectAllRecorded(folder, 2)
  expect(await missingIn(lake)).toEqual([])

  const columns = { ...keyed.columns, starts: { type: 'double', nullable: true } } as const
  const changed = defineTable({ ...keyed, columns })
  const wider = await openLake({ cwd: folder, tables: [changed] })
  await wider.rewrite(changed, { rewrite: true })
  await expectAllRecorded(folder, 2)
  expect(await missingIn(wider)).toEqual([])
  await wider.drop(changed, { data: true, remove: true })
  await expectAllRecorded(folder, 0)
  await wider.close()
})

test('a staged file gets its record when it is ingested; a simulated one has its truth', async () => {
  const { folder, lake } = await freshLake()
  const csv = join(folder, 'readings.csv')
  await writeFile(csv, 'event_timestamp,pressure,velocity,speed\n2026-01-01T10:00:00Z,100,1,1500\n')
  await lake.stage(pump, [csv])
  await lake.generate(pump, { from: '2026-01-02', days: 1, intervalSeconds: 60 })
  await lake.ingest()
  const { files, recorded } = await stored(folder)
  expect(files.length).toBeGreaterThan(1)
  expect(recorded).toEqual(files.filter((key) => key.includes('import')).map(recordKey))
  expect(recorded).toHaveLength(1)
  expect(await missingIn(lake)).toEqual([])
  await rm(
    join(
      bucketOf(folder),
      files.find((key) => key.includes('import'))!,
    ),
  )
  expect(await missingIn(lake)).toHaveLength(1)
})

test('no record stays of a file that is removed while it is recorded', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const { keys } = await lake.write(turbine, [row('05T10:00', 1)])
  await lake.remove(turbine, { ...range('05T00:00', '06T00:00'), remove: true })
  await recordFiles(keys, lake.store)
  await expectAllRecorded(folder, 0)
})

test('the record of a file goes with it, also if it was written after a change had looked', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const { keys } = await lake.write(turbine, [row('05T10:00', 1)])
  const [key = ''] = keys
  await rm(join(bucketOf(folder), key))
  await removeRecords('turbine/event_date=2026-01-05/', keys, lake.store)
  await expectAllRecorded(folder, 0)
})

test('nobody waits for a lost file once its day is replaced or removed; a merge keeps waiting', async () => {
  const { folder, lake } = await freshLake({ tables: [keyed] })
  const lose = async (rows: ReturnType<typeof row>[]) => {
    const { keys } = await lake.write(keyed, rows)
    for (const key of keys) await rm(join(bucketOf(folder), key))
    expect(await missingIn(lake)).toEqual(keys)
    return keys
  }
  const lost = await lose([row('05T10:00', 1)])
  await lake.write(keyed, [row('05T11:00', 2)], { mode: 'merge' })
  expect(await missingIn(lake)).toEqual(lost)
  await lake.write(keyed, [row('05T12:00', 3)], { mode: 'overwrite-partitions' })
  await expectAllRecorded(folder, 1)

  const other = await lose([row('06T10:00', 1)])
  await lake.remove(keyed, range('06T00:00', '07T00:00'))
  expect(await missingIn(lake)).toEqual(other)
  await lake.remove(keyed, { ...range('06T00:00', '07T00:00'), remove: true })
  await expectAllRecorded(folder, 1)
})

test('clean removes the records of simulated files with them', async () => {
  const { folder, lake } = await freshLake()
  await lake.generate(pump, { from: '2026-01-02', days: 1, intervalSeconds: 60 })
  await lake.ingest()
  const { files } = await stored(folder)
  await recordFiles(files, lake.store) // as an ingest without the truth does
  await lake.clean({ remove: true })
  await expectAllRecorded(folder, 0)
})
