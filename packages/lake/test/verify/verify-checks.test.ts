import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { SqlEngine } from '@minilake/analytics'
import { expect, test } from 'vitest'
import { storedFooter } from '../../src/files/stored-footer.js'
import { agrees } from '../../src/index.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { type CheckedFile, compareChecks } from '../../src/verify/compare-checks.js'
import { verifyChecks } from '../../src/verify/verify-checks.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const at = (time: string) => new Date(`2026-01-0${time}Z`)
const rows = [
  { event_timestamp: at('1T10:00:00.123'), turbine_id: 'a', power: 1.5, starts: 2n ** 60n + 1n },
  { event_timestamp: at('1T11:00:00'), turbine_id: 'b', power: NaN, starts: null },
  { event_timestamp: at('2T00:30:00'), turbine_id: 'b', power: -0.1 },
]

test('a table without a simulation is compared with the checks in its files; a changed file is named', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  expect(await lake.verify()).toEqual([])
  const { keys } = await lake.write(turbine, rows)
  const more = await lake.write(turbine, [{ ...rows[0]!, turbine_id: 'c' }])
  const [verification] = await lake.verify()
  expect(verification).toMatchObject({
    table: 'turbine',
    source: 'checks',
    files: 3,
    rows: 4,
    differences: [],
  })
  expect(agrees(verification!)).toBe(true)

  const bucket = join(folder, 'lake', 'iot-time-series')
  const [first = '', second = ''] = keys
  await copyFile(join(bucket, more.keys[0] ?? ''), join(bucket, first))
  const [changed] = await lake.verify()
  expect(changed?.differences).toEqual([`${first}: expected the rows that its name stands for, got others`])
  expect(agrees(changed!)).toBe(false)
  await rm(join(bucket, first))
  expect((await lake.verify())[0]).toMatchObject({ rows: 2, differences: [], missing: [first] })

  const copy = second.replace(/write-.*/, 'copy.parquet')
  await copyFile(join(bucket, second), join(bucket, copy))
  expect((await lake.verify())[0]?.differences).toEqual([
    `${second}: has the same rows as ${copy}, so they count twice`,
  ])
})

test('reads the footers of many files at a time', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const days = Array.from({ length: 40 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)))
  await lake.write(
    turbine,
    days.map((event_timestamp) => ({ event_timestamp, turbine_id: 'a', power: 1 })),
  )
  let [reading, most] = [0, 0]
  const store: LakeStore = {
    ...lake.store,
    slice: async (...range) => {
      most = Math.max(most, ++reading)
      await wait(5)
      const bytes = await lake.store.slice(...range)
      reading -= 1
      return bytes
    },
  }
  const engine = { query: (query) => lake.query(query) } as SqlEngine
  const openEngineOver = () => Promise.resolve(engine)
  const found = await verifyChecks(turbine, { store, openEngineOver }, engine, new AbortController().signal)
  expect(found).toMatchObject({ files: 40, rows: 40, differences: [] })
  expect(most).toBeGreaterThan(8)
})

test('rows that the engine does not return, or returns twice, are found by partition and file', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const files: CheckedFile[] = []
  for await (const object of lake.files(turbine)) {
    const { rowCount, checks } = await storedFooter(object, lake.store)
    files.push({ key: object.key, rows: rowCount, columns: checks!.columns })
  }
  const [first, second] = files as [CheckedFile, CheckedFile]
  const compare = (expected: CheckedFile[]) =>
    compareChecks(turbine, expected, { query: (query) => lake.query(query) } as SqlEngine, signal)
  const { signal } = new AbortController()
  expect(await compare(files)).toEqual([])
  const lost = { ...second, key: 'turbine/event_date=2026-01-03/lost.parquet' }
  expect(await compare([...files, lost])).toEqual([
    `event_date=2026-01-03: expected 1 rows, got none: ${lost.key} is not read`,
  ])
  expect(await compare([first])).toEqual(['event_date=2026-01-02: expected 0 rows, got 1'])
  const other = { ...second, key: second.key.replace('write', 'other') }
  expect(await compare([first, second, { ...other, rows: 2 }])).toEqual([
    `event_date=2026-01-02: expected 3 rows, got 1: ${other.key} is not read, or as many rows of others`,
  ])
  const power = { ...first.columns['power']!, nan: 0, min: '1.25' }
  const starts = { ...first.columns['starts']!, max: String(2n ** 60n) }
  expect(await compare([{ ...first, columns: { ...first.columns, power } }, second])).toEqual([
    `event_date=2026-01-01: NaN of power expected 0, got 1; least power expected 1.25, got 1.5 in ${first.key}`,
  ])
  expect(await compare([{ ...first, columns: { ...first.columns, starts } }, second])).toEqual([
    `event_date=2026-01-01: greatest starts expected ${2n ** 60n}, got ${2n ** 60n + 1n} in ${first.key}`,
  ])
})
