import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const rows = ['2026-01-04', '2026-01-05', '2026-01-06'].flatMap((day) =>
  [0, 12].map((hour) => ({
    event_timestamp: new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`),
    turbine_id: 't1',
    power: hour,
    starts: null,
  })),
)

async function counts(lake: Awaited<ReturnType<typeof freshLake>>['lake']) {
  const found: Record<string, number> = {}
  const sql = 'SELECT event_date, count(*) AS n FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1'
  for await (const { event_date, n } of lake.query(sql)) found[String(event_date)] = Number(n)
  return found
}

test('a day is listed first, and removed on request; again, there is nothing', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const range = { from: new Date('2026-01-05'), to: new Date('2026-01-06') }
  const listed = await lake.remove(turbine, range)
  expect(listed).toMatchObject({ table: 'turbine', files: 1, isRemoved: false })
  expect(listed.folders.map((each) => each.folder)).toEqual(['turbine/event_date=2026-01-05/'])
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-05': 2, '2026-01-06': 2 })
  expect(await lake.remove(turbine, { ...range, remove: true })).toEqual({ ...listed, isRemoved: true })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-06': 2 })
  expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ files: 0, folders: [] })
  expect(await readdir(join(folder, 'lake', 'iot-time-series'))).toEqual(['turbine'])
})

test('without a range the whole table goes', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  expect(await lake.remove(turbine, { remove: true })).toMatchObject({ files: 3 })
  expect(await counts(lake)).toEqual({})
})

test.each([
  ['a time of day', { from: new Date('2026-01-05T06:00:00Z') }, /expected whole days.*06:00/],
  ['the end of a day', { to: new Date('2026-01-05T23:59:59Z') }, /expected whole days/],
])('%s is refused, and nothing goes', async (_, range, sentence) => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const removal = lake.remove(turbine, { ...range, remove: true })
  await expect(removal).rejects.toThrow(sentence)
  await expect(removal).rejects.toBeInstanceOf(UsageError)
  expect(Object.keys(await counts(lake))).toHaveLength(3)
})
