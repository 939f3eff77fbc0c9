import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const row = { event_timestamp: new Date('2026-01-01T00:00:00Z'), turbine_id: 'a' }
const count = 'SELECT count(*) AS n FROM hive.iot_dw.turbine'

async function all<R>(result: AsyncIterable<R>): Promise<R[]> {
  const found: R[] = []
  for await (const each of result) found.push(each)
  return found
}

/** The temporary folders of DuckDB engines that this process has open. */
async function engineFolders(): Promise<string[]> {
  const names = await readdir(tmpdir())
  return names.filter((name) => name.startsWith(`minilake-duckdb-${process.pid}-`))
}

test('a query after a failed opening tries again', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, [row])
  const folder = join(lake.store.location, 'turbine', 'event_date=2025-01-01')
  await mkdir(folder)
  await writeFile(join(folder, 'damaged.parquet'), 'no Parquet file at all')
  await expect(all(lake.query(count))).rejects.toThrow(/damaged\.parquet|magic bytes/i)
  await rm(folder, { recursive: true })
  expect(await all(lake.query(count))).toEqual([{ n: 1n }])
})

test('a replaced engine closes when its last query ends, and close leaves none open', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const before = (await engineFolders()).length
  expect(await all(lake.query(count))).toEqual([{ n: 0n }])
  const late = lake.query(count)
  await late.columns()
  await lake.write(turbine, [row])
  expect(await all(lake.query(count))).toEqual([{ n: 1n }])
  expect(await all(late)).toEqual([{ n: 0n }])
  expect(await engineFolders()).toHaveLength(before + 1)
  const begun = all(lake.query(count)).catch((error: unknown) => error)
  await lake.close()
  await begun
  expect(await engineFolders()).toHaveLength(before)
})

test('refuses a query whose rows are first requested after close', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const result = lake.query(count)
  await lake.close()
  await expect(all(result)).rejects.toThrow(UsageError)
})
