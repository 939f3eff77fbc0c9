import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { agrees } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'

/** A lake with four days of pump, or of a fleet of two, and a function that gives the path of a key. */
async function pumpLake() {
  const { folder, lake } = await freshLake({ tables: [pump, pumpDaily] })
  for (const table of [pump, pumpDaily])
    await lake.generate(table, { from: '2026-01-01', days: 4, intervalSeconds: 60 }, { workers: 1 })
  await lake.ingest()
  return { lake, pathOf: (key: string) => join(folder, 'lake', 'iot-time-series', key) }
}

test('verify names text and truncated files, and compares the other hours', async () => {
  const { lake, pathOf } = await pumpLake()
  const text = 'pump/2026-01-01.parquet'
  const cut = 'pump_daily/event_date=2026-01-02/pump-0001.parquet'
  await writeFile(pathOf(text), 'no Parquet file at all')
  await writeFile(pathOf(cut), (await readFile(pathOf(cut))).subarray(0, 9000))
  const [one, fleet] = await lake.verify()
  expect(one).toMatchObject({
    files: 3,
    hours: 72,
    rows: 4320,
    differences: [],
    missing: [],
    withoutTruth: [],
  })
  expect(one?.unreadable).toEqual([
    { key: text, reason: 'not a Parquet file: expected PAR1 at its start, got "no P"' },
  ])
  expect(fleet).toMatchObject({ files: 3, hours: 72, differences: [] })
  expect(fleet?.unreadable).toEqual([
    { key: cut, reason: 'a truncated Parquet file: expected PAR1 at its end' },
  ])
  expect([one, fleet].map((found) => agrees(found!))).toEqual([false, false])
})

test('verify finds the file with damaged pages, which only the engine notices and does not name', async () => {
  const { lake, pathOf } = await pumpLake()
  const key = 'pump/2026-01-03.parquet'
  const bytes = await readFile(pathOf(key))
  for (let at = 4; at < 60; at++) bytes[at]! ^= 0xa5
  await writeFile(pathOf(key), bytes)
  const [found] = await lake.verify({ tables: [pump] })
  expect(found).toMatchObject({ files: 3, hours: 72, differences: [] })
  expect(found?.unreadable.map((file) => file.key)).toEqual([key])
})

test('queries name the file, what is wrong with it, and the doctor; other failures stay as they are', async () => {
  const { lake, pathOf } = await pumpLake()
  await writeFile(pathOf('pump/2026-01-02.parquet'), '')
  const all = async (sql: string) => {
    for await (const _row of lake.query(sql, { tables: [pump] }));
  }
  await expect(all('SELECT count(*) FROM hive.iot_dw.pump')).rejects.toThrow(
    /iot-time-series\/pump\/2026-01-02\.parquet cannot be read: not a Parquet file: expected at least 12 bytes, got 0 \(minilake doctor --deep/,
  )
  await expect(all('SELECT speeed FROM hive.iot_dw.pump')).rejects.toThrow(
    /^Binder Error: Referenced column "speeed"/,
  )
  const { tables } = await lake.status()
  expect(tables[0]?.error?.message).toContain('2026-01-02.parquet cannot be read: not a Parquet file')
  expect(tables[1]?.error).toBeUndefined()
})
