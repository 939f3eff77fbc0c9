import { hiveSchema, hiveTable } from '@minilake/catalog'
import { truthKey } from '@minilake/generator'
import { folderStore } from '@minilake/ingest'
import { type Batch, batchesOf, defineTable, type InputRow } from '@minilake/schema'
import { beforeEach, expect, inject, test } from 'vitest'
import { freeSql } from '@minilake/analytics'
import { icebergFiles } from '../../src/iceberg/iceberg-file.js'
import { appendFiles } from '../../src/iceberg/append-files.js'
import { removeIcebergRows } from '../../src/iceberg/remove-rows.js'
import { ingestFolder } from '../../src/ingest/ingest-folder.js'
import { readIfThere } from '../../src/files/read-if-there.js'
import type { LakeBackend, LakeStore } from '../../src/lake-backend.js'
import { appendRows } from '../../src/write/append-rows.js'
import { emptyLake, engineOf, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { freshTables } from './fresh-tables.js'

const stack = inject('stack')
const signal = new AbortController().signal
const table = defineTable({ ...turbine, format: 'iceberg' })
let lake: LakeBackend
let folder: string
const engine = engineOf(stack)

beforeEach(async () => {
  lake = await freshTables([table], stack)
  const temporary = await temporaryFolder()
  folder = temporary.folder
  return temporary.remove
})

const row = (time: string, turbine_id: string, power: number): InputRow<typeof table> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id,
  power,
})
const first = [row('04T23:00', 'a', 1), row('05T10:00', 'a', 2), row('05T11:00', 'b', 3)]

/** Writes data files to the folder; resolves with the ID of their import. */
async function stage(rows: readonly InputRow<typeof table>[], prefix: 'import' | 'write' = 'import') {
  const target = appendRows(table, folderStore({ folder }), { signal })
  const batches = (async function* () {
    yield* batchesOf(table, rows)
  })()
  await target.stage(batches as AsyncIterable<Batch>, { prefix, maxPartitions: 100 })
  return target.publish()
}
async function rows(): Promise<number> {
  for await (const each of engine.query(freeSql('SELECT count(*) FROM iceberg.iot_dw.turbine')))
    return Number(Object.values(each)[0])
  return 0
}

test('ingest adds each file of a folder once', async () => {
  await stage(first)
  expect(await ingestFolder(folder, lake, { signal })).toMatchObject({
    published: 2,
    unchanged: 0,
    failures: [],
  })
  expect(await ingestFolder(folder, lake, { signal })).toMatchObject({ published: 0, unchanged: 2, bytes: 0 })
  expect(await rows()).toBe(3)
})

test('ingest creates a table that the catalog lacks', async () => {
  await emptyLake(stack)
  await stage(first)
  expect(await ingestFolder(folder, lake, { signal })).toMatchObject({ published: 2, failures: [] })
  expect(await rows()).toBe(3)
})

test('ingest publishes no file of an Iceberg table whose name a Hive table has', async () => {
  await emptyLake(stack)
  await engine.execute(hiveSchema())
  await engine.execute(hiveTable(turbine))
  await stage(first)
  const reason = expect.stringContaining(`'iceberg', got a Hive table`) as string
  expect(await ingestFolder(folder, lake, { signal })).toMatchObject({
    published: 0,
    failures: [{ reason }, { reason }],
  })
})

test('other rows under the key of a file are a conflict, unless they may replace them', async () => {
  const { keys } = await stage(first.slice(0, 1), 'write')
  const [key] = keys as [string]
  const named = key.replace(/[^/]*$/, 'mine.parquet')
  const local = folderStore({ folder })
  await local.write(named, await local.open(key))
  await local.remove(key)
  await ingestFolder(folder, lake, { signal })
  const other = await stage([row('04T22:00', 'a', 5)], 'write')
  await local.write(named, await local.open(other.keys[0] as string), { overwrite: true })
  await local.remove(other.keys[0] as string)
  const report = await ingestFolder(folder, lake, { signal })
  expect(report).toMatchObject({ published: 0, conflicts: [{ key: named }] })
  expect(report.conflicts[0]?.reason).toContain(`table turbine has other rows of ${named}`)
  expect(await ingestFolder(folder, lake, { signal, overwrite: true })).toMatchObject({ replaced: 1 })
  expect(await ingestFolder(folder, lake, { signal })).toMatchObject({ unchanged: 1 })
  expect(await rows()).toBe(1)
})

test('an overwrite that dies between the rows and their truth leaves no truth of the old rows', async () => {
  const local = folderStore({ folder })
  const key = 'turbine/event_date=2026-01-04/mine.parquet'
  const truth = truthKey(key)
  const put = async (power: number) => {
    const { keys } = await stage([row('04T23:00', 'a', power)], 'write')
    await local.write(key, await local.open(keys[0] as string), { overwrite: true })
    await local.remove(keys[0] as string)
    await local.write(truth, [new TextEncoder().encode(`truth of ${power}`)], { overwrite: true })
  }
  await put(1)
  await ingestFolder(folder, lake, { signal })
  expect(await readIfThere(lake.store, truth)).toBe('truth of 1')
  await put(2)
  const store: LakeStore = {
    ...lake.store,
    write: (to, ...rest) =>
      to === truth ? Promise.reject(new Error('died')) : lake.store.write(to, ...rest),
  }
  await ingestFolder(folder, { ...lake, store }, { signal, overwrite: true }).catch(() => undefined)
  expect(await readIfThere(lake.store, truth)).toBeUndefined()
  expect(await ingestFolder(folder, lake, { signal, overwrite: true })).toMatchObject({
    unchanged: 1,
    truths: 1,
  })
  expect(await readIfThere(lake.store, truth)).toBe('truth of 2')
  // Rows without a truth leave none of those that they replace.
  await put(3)
  await local.remove(truth)
  expect(await ingestFolder(folder, lake, { signal, overwrite: true })).toMatchObject({ replaced: 1 })
  expect(await readIfThere(lake.store, truth)).toBeUndefined()
})

test('remove lists rows by day, and removes days, rows and imports', async () => {
  const { importId } = await stage(first)
  await stage([row('05T12:00', 'c', 9)])
  await ingestFolder(folder, lake, { signal })
  const listed = await removeIcebergRows(table, lake, { import: importId.slice(0, 8), signal })
  expect(listed).toMatchObject({
    import: importId,
    rows: 3,
    isRemoved: false,
    folders: [
      { folder: 'turbine/event_date=2026-01-04/', rows: 1 },
      { folder: 'turbine/event_date=2026-01-05/', rows: 2 },
    ],
  })
  expect(await rows()).toBe(4)
  await removeIcebergRows(table, lake, { where: 'power > 2 AND power < 9', remove: true, signal })
  expect(await rows()).toBe(3)
  await removeIcebergRows(table, lake, { import: importId, remove: true, signal })
  expect(await rows()).toBe(1)
  const day = { from: new Date('2026-01-05T00:00Z'), to: new Date('2026-01-06T00:00Z') }
  expect(await removeIcebergRows(table, lake, { ...day, remove: true, signal })).toMatchObject({ rows: 1 })
  expect(await rows()).toBe(0)
  expect(await removeIcebergRows(table, lake, { ...day, remove: true, signal })).toMatchObject({ rows: 0 })
})

test('of two at once with the same files each file counts once', { timeout: 600_000 }, async () => {
  const { keys } = await stage(first)
  const files = await icebergFiles(table, folder, keys)
  const rounds = Number(process.env.MINILAKE_TEST_RACES ?? 2)
  for (let round = 0; round < rounds; round += 1) {
    const both = await Promise.all([1, 2].map(() => appendFiles(table, lake, files, { signal })))
    const published = both
      .flatMap((outcomes) => [...outcomes.values()])
      .filter((each) => each === 'published')
    expect([round, published.length, await rows()]).toEqual([round, 2, 3])
    await removeIcebergRows(table, lake, { remove: true, signal })
  }
  for await (const { key } of storeOf(stack).list('_staging/')) expect(key).toBe('')
})
