import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryStore } from '@minilake/ingest'
import { expect, test } from 'vitest'
import { type Lake, UsageError } from '../../src/index.js'
import { removeData } from '../../src/remove/remove-data.js'
import { intentKey } from '../../src/replace/intent.js'
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

async function counts(lake: Lake) {
  const found: Record<string, number> = {}
  const sql = 'SELECT event_date, count(*) AS n FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1'
  for await (const { event_date, n } of lake.query(sql)) found[String(event_date)] = Number(n)
  return found
}

test('lists a day, removes it on request, and then finds nothing', async () => {
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

test('without a range, removes the whole table', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  expect(await lake.remove(turbine, { remove: true })).toMatchObject({ files: 3 })
  expect(await counts(lake)).toEqual({})
})

/** Leaves a lake as a process does that dies while it removes a day, after it has moved the folder aside. */
async function interrupt(folder: string, lake: Lake) {
  const day = 'turbine/event_date=2026-01-05/'
  let file = ''
  for await (const { key } of lake.store.list(day)) file = key
  const id = '00000000-0000-4000-8000-000000000000'
  const intent = {
    id,
    table: 'turbine',
    folder: day,
    add: [],
    remove: [file],
    startedAt: '2026-01-05T00:00:00Z',
  }
  await lake.store.write(intentKey(day), [new TextEncoder().encode(JSON.stringify(intent))])
  const root = join(folder, 'lake', 'iot-time-series')
  await rename(join(root, day), join(root, '_intents', `${day}${id}.old`))
}

test('an interrupted removal is named by the doctor, listed, and completed by the next one', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  await interrupt(folder, lake)
  const changes = (await lake.doctor()).find(({ check }) => check === 'changes')
  expect(changes).toMatchObject({
    state: 'failed',
    finding: expect.stringContaining('event_date=2026-01-05'),
  })
  const range = { from: new Date('2026-01-06') }
  const interrupted = ['turbine/event_date=2026-01-05/']
  expect(await lake.remove(turbine, range)).toMatchObject({ files: 1, interrupted })
  expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ files: 1, interrupted })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2 })
  expect((await lake.doctor()).every(({ state }) => state === 'ok')).toBe(true)
})

test('rows that are written again after an interrupted removal are there again, and stay', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  await interrupt(folder, lake)
  expect(await lake.write(turbine, rows)).toMatchObject({ written: 1, unchanged: 2 })
  await lake.remove(turbine, { from: new Date('2026-01-06'), remove: true })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-05': 2 })
})

test('a folder of no day does not keep a range from being removed', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  await lake.store.write('turbine/event_date=abc/a.parquet', [])
  expect(await lake.remove(turbine, { from: new Date('2026-01-05') })).toMatchObject({ files: 2 })
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

test('a store in which two commands can create one lock is refused before anything goes', async () => {
  const memory = memoryStore()
  await memory.write('turbine/event_date=2026-01-05/a.parquet', [])
  const store = { ...memory, probeCreateOnce: () => Promise.resolve('check-then-write' as const) }
  const registerTables = () => Promise.resolve({ statements: [], changes: [], differences: [] })
  const options = { remove: true, signal: new AbortController().signal }
  await expect(removeData(turbine, { store, registerTables }, options)).rejects.toThrow(
    'nothing was changed: removing and replacing files expected a store that honours If-None-Match: *, but at memory two commands',
  )
  expect(await memory.find('turbine/event_date=2026-01-05/a.parquet')).toBeDefined()
})
