import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createdBy } from '@minilake/parquet'
import { defineTable, type Table } from '@minilake/schema'
import { expect, onTestFinished, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { freshFolder } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const csv = `event_timestamp,turbine_id,power,starts
2026-01-01 10:00:00,a,1.5,1
2026-01-02 00:30:00,b,,2
`
/** The table after a column was added. */
const evolved = defineTable({
  ...turbine,
  columns: { ...turbine.columns, note: { type: 'varchar', nullable: true } },
})

async function lakeIn(folder: string, table: Table) {
  const lake = await openLake({ cwd: folder, tables: [table] })
  onTestFinished(() => lake.close())
  return lake
}

async function countRows(folder: string, table: Table): Promise<unknown> {
  for await (const row of (await lakeIn(folder, table)).query(
    'SELECT count(*) AS n FROM hive.iot_dw.turbine',
  ))
    return row['n']
  return undefined
}

/** Makes files those of another version of the encoder. */
async function setWriter(folder: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const path = join(folder, key)
    const text = await readFile(path, 'latin1')
    expect(text).toContain(createdBy)
    await writeFile(path, text.replace(createdBy, createdBy.replace(/\d+\.\d+\.\d+/, '9.9.9')), 'latin1')
  }
}

test('rows imported again are unchanged after a column was added and after the encoder changed', async () => {
  const folder = await freshFolder()
  await writeFile(join(folder, 'turbine.csv'), csv)
  const options = { zone: 'UTC' }
  const { keys } = await (await lakeIn(folder, turbine)).import(turbine, ['turbine.csv'], options)
  const bucket = join(folder, 'lake', 'iot-time-series')
  const names = await readdir(bucket, { recursive: true })

  const again = await (await lakeIn(folder, evolved)).import(evolved, ['turbine.csv'], options)
  expect(again).toMatchObject({ written: 0, unchanged: 2, keys })
  await setWriter(bucket, keys)
  const upgraded = await (await lakeIn(folder, turbine)).import(turbine, ['turbine.csv'], options)
  expect(upgraded).toMatchObject({ written: 0, unchanged: 2, keys })

  expect(await readdir(bucket, { recursive: true })).toEqual(names)
  expect(await countRows(folder, turbine)).toBe(2n)
})

test('ingest takes a stored file with the same rows for unchanged, and one with other rows for a conflict', async () => {
  const folder = await freshFolder()
  await writeFile(join(folder, 'turbine.csv'), csv)
  const before = await lakeIn(folder, turbine)
  const { keys } = await before.stage(turbine, ['turbine.csv'], { zone: 'UTC' })
  await before.ingest()
  await setWriter(join(folder, 'lake', 'iot-time-series'), keys)
  expect(await before.ingest()).toMatchObject({ unchanged: 2, published: 0, conflicts: [] })

  const after = await lakeIn(folder, evolved)
  await after.stage(evolved, ['turbine.csv'], { zone: 'UTC', out: 'evolved' })
  expect(await after.ingest({ folder: 'evolved' })).toMatchObject({ unchanged: 2, published: 0 })

  const [key = '', other = ''] = keys
  const out = join(folder, 'swapped', key)
  await mkdir(dirname(out), { recursive: true })
  await copyFile(join(folder, 'out', other), out)
  const { conflicts, failures, unchanged } = await after.ingest({ folder: 'swapped' })
  expect(unchanged).toBe(0)
  expect([...conflicts, ...failures].map(({ key: refused }) => refused)).toEqual([key])
})

test('a file whose name promises other rows is reported, not taken for the same', async () => {
  const folder = await freshFolder()
  await writeFile(join(folder, 'turbine.csv'), csv)
  const lake = await lakeIn(folder, turbine)
  const { keys } = await lake.import(turbine, ['turbine.csv'], { zone: 'UTC' })
  const bucket = join(folder, 'lake', 'iot-time-series')
  await copyFile(join(bucket, keys[1] ?? ''), join(bucket, keys[0] ?? ''))
  await expect(lake.import(turbine, ['turbine.csv'], { zone: 'UTC' })).rejects.toThrow(
    /is not what its name says/,
  )
})

test('a file that an earlier import of the same rows wrote is named, as it stays that import’s', async () => {
  const folder = await freshFolder()
  const [, first = '', second = ''] = csv.split('\n')
  await writeFile(join(folder, 'first.csv'), `${csv.split('\n')[0] ?? ''}\n${first}\n`)
  await writeFile(join(folder, 'both.csv'), `${csv.split('\n')[0] ?? ''}\n${first}\n${second}\n`)
  const lake = await lakeIn(folder, turbine)
  const options = { zone: 'UTC' }
  const { importId, shared } = await lake.import(turbine, ['first.csv'], options)
  expect(shared).toEqual([])
  const both = await lake.import(turbine, ['both.csv'], options)
  expect(both).toMatchObject({ written: 1, unchanged: 1, shared: [{ importId, files: 1 }] })
  expect((await lake.import(turbine, ['first.csv'], options)).shared).toEqual([])
})
