import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freeSql, hourlyAverages } from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { defineTable, type InputRow, pump, quoteLiteral } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { openLake } from '../../src/index.js'
import { holdIntent } from '../../src/replace/intent-lock.js'
import { readingLoop } from '../replace/reading-loop.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { dyingTrino } from './dying-trino.js'
import { proxiedTrino } from './proxied-trino.js'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 120_000 })
const stack = inject('stack')
const engine = engineOf(stack)
const converted = defineTable({ ...turbine, format: 'iceberg' })

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const open = (table: typeof turbine | typeof converted, trino = stack.trino, timeoutSeconds = 20) =>
  openLake({
    ...stackOptions(stack),
    profiles: { stack: { endpoint: stack.endpoint, trino, timeoutSeconds } },
    tables: [table],
    maintainCredentials: stack.maintainer,
  })
const row = (time: string, power: number): InputRow<typeof turbine> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id: 'a',
  power,
})
async function rowsOf(sql: string) {
  const rows: string[] = []
  for await (const found of engine.query(freeSql(sql))) rows.push(Object.values(found).map(String).join(' '))
  return rows
}
const powers = (name: string) => rowsOf(`SELECT CAST(power AS INTEGER) FROM hive.iot_dw.${name} ORDER BY 1`)
const keysOf = async (prefix: string) => {
  const keys: string[] = []
  for await (const { key } of storeOf({ ...stack, credentials: stack.administrator }).list(prefix))
    keys.push(key)
  return keys
}

/** Where a conversion is ended, one run after the other: at which statement, and whether Trino has done it. */
const ends: [statement: RegExp, isDone: boolean][] = [
  [/^CREATE TABLE IF NOT EXISTS "iceberg"/, false],
  [/^CREATE TABLE IF NOT EXISTS "iceberg"/, true],
  [/^MERGE/, true],
  [/^MERGE/, false],
  [/^ALTER TABLE "hive"/, false],
  [/^ALTER TABLE "hive"/, true],
  [/^ALTER TABLE "iceberg"/, false],
  [/^ALTER TABLE "iceberg"/, true],
]

test('a conversion that is ended at any step is finished by the next, and its Hive table can be dropped', async () => {
  const first = await open(turbine)
  const { importId } = await first.write(turbine, [row('05T10:00', 1), row('06T10:00', 2)])
  for (const [statement, isDone] of ends) {
    await using proxy = await dyingTrino(stack.trino, statement, isDone)
    const lake = await open(turbine, proxy.url)
    await expect(lake.convert(turbine), `${statement} ${isDone}`).rejects.toThrow()
    expect(proxy.isDead(), `${statement} ${isDone}`).toBe(true)
    await lake.close()
  }
  const halfway = await open(converted)
  await expect(halfway.drop('turbine_hive', { data: true, remove: true })).rejects.toThrow(
    /nothing was dropped: the conversion of turbine is not over, .* minilake convert --table turbine completes it/,
  )
  expect((await halfway.doctor()).find(({ check }) => check === 'changes')).toMatchObject({
    state: 'failed',
    fix: expect.stringContaining('minilake convert --table turbine'),
  })
  await halfway.close()
  // Published after the comparison, by an ingest that registers the table again.
  await rowsOf('ALTER TABLE iceberg.iot_dw.turbine RENAME TO iceberg.iot_dw.turbine_iceberg')
  await first.write(turbine, [row('07T10:00', 3)])
  expect(await powers('turbine')).toEqual(['1', '2', '3'])

  expect(await first.convert(turbine)).toMatchObject({ hive: 'turbine_hive', files: 3 })
  expect(await powers('turbine')).toEqual(['1', '2', '3'])
  expect(await powers('turbine_hive')).toEqual(['1', '2', '3'])
  expect(await rowsOf('SHOW TABLES FROM hive.iot_dw')).toEqual(['turbine', 'turbine_hive'])
  await first.close()

  const lake = await open(converted)
  // Rows keep their imports: the same rows again change nothing, and an import can be taken back.
  expect(await lake.write(converted, [row('05T10:00', 1), row('06T10:00', 2)])).toMatchObject({ written: 0 })
  await lake.remove(converted, { import: importId, remove: true })
  expect(await lake.convert(converted)).toMatchObject({ hive: 'turbine_hive', days: [], files: 0 })
  expect(await powers('turbine')).toEqual(['3']) // it is over: what was removed stays away
  const hours: unknown[] = []
  for await (const { avg_power } of lake.query(hourlyAverages(converted, ['power']))) hours.push(avg_power)
  expect(hours).toEqual([3])

  expect(await lake.drop('turbine_hive', { data: true })).toMatchObject({ files: 3, isDropped: false })
  expect(await keysOf('turbine/')).toHaveLength(3)
  expect(await lake.drop('turbine_hive', { data: true, remove: true })).toMatchObject({ isDropped: true })
  expect(await keysOf('turbine/')).toEqual([])
  expect(await powers('turbine')).toEqual(['3'])
  expect(await lake.convert(converted)).toMatchObject({ hive: null })
  await lake.close()
})

test('a converted table of simulated readings agrees with its truth', async () => {
  const { folder: out, remove } = await temporaryFolder()
  const pumps = defineTable({ ...pump, format: 'iceberg' })
  const options = { ...stackOptions(stack), maintainCredentials: stack.maintainer }
  const hive = await openLake({ ...options, tables: [pump] })
  await hive.generate(pump, { from: '2026-01-05', days: 2, intervalSeconds: 600 }, { out, workers: 1 })
  await hive.ingest({ folder: out })
  await hive.register()
  expect(await hive.convert(pump)).toMatchObject({ files: 2, days: [{ day: '', rows: 288 }] })
  await hive.close()
  const lake = await openLake({ ...options, tables: [pumps], cwd: out })
  expect(await lake.verify()).toMatchObject([{ files: 2, rows: 288, missing: [], differences: [] }])
  // The truth is that of the Iceberg table, and the files are those of the Hive table that is left.
  const left = await lake.clean({ remove: true })
  expect(left.filter(({ location }) => location.startsWith('s3:'))).toEqual([])
  expect(await keysOf('pump/')).toHaveLength(2)
  expect(await lake.verify()).toMatchObject([{ files: 2, missing: [], differences: [] }])
  await lake.drop('pump_hive', { data: true, remove: true })
  expect(await lake.verify()).toMatchObject([{ files: 2, missing: [], differences: [] }])
  await lake.close()
  await remove()
})

test.each(['with', 'without'])(
  'a file of another program, stored %s its checksum, counts once: its ingest after the conversion changes nothing',
  async (stored) => {
    const { folder: out, remove } = await temporaryFolder()
    const key = 'foreign/foreign.parquet'
    const foreign = defineTable({ name: 'foreign', columns: { power: { type: 'double' } } })
    await mkdir(join(out, 'foreign'))
    const duckDb = duckDbEngine()
    await duckDb.execute(
      `COPY (SELECT 1.5::DOUBLE AS power) TO ${quoteLiteral(join(out, key))} (FORMAT parquet)`,
    )
    await duckDb.close()
    const options = { ...stackOptions(stack), maintainCredentials: stack.maintainer }
    const hive = await openLake({ ...options, tables: [foreign] })
    if (stored === 'with') await hive.ingest({ folder: out })
    else await storeOf(stack).write(key, [await readFile(join(out, key))])
    await hive.register()
    expect(await hive.convert(foreign)).toMatchObject({ files: 1 })
    await hive.close()
    const lake = await openLake({ ...options, tables: [{ ...foreign, format: 'iceberg' }] })
    expect(await lake.ingest({ folder: out })).toMatchObject({ published: 0, unchanged: 1, conflicts: [] })
    expect(await rowsOf('SELECT power FROM hive.iot_dw.foreign')).toEqual(['1.5'])
    await lake.close()
    await remove()
  },
)

const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })

/** Converts `keyed`, and does something once, before a statement is passed on to Trino. */
async function convertWith(before: RegExp, work: () => Promise<unknown>, onWait?: (what: string) => void) {
  let isDone = false
  await using proxy = await proxiedTrino(stack.trino, {
    onRequest: async (sql) => {
      if (isDone || sql === undefined || !before.test(sql)) return true
      isDone = true
      await work()
      return true
    },
  })
  const lake = await open(keyed, proxy.url, 300)
  const report = await lake.convert(keyed, { onWait })
  expect(isDone).toBe(true)
  await lake.close()
  return report
}
const lastComparison = /^SELECT .*checksum\(.* FROM "iceberg"/

test('a conversion whose tables differ gives no table another name, and says which day', async () => {
  const lake = await open(keyed)
  await lake.write(keyed, [row('05T10:00', 1), row('05T11:00', 2), row('06T10:00', 3)])
  const conversion = convertWith(lastComparison, () =>
    engine.execute('UPDATE iceberg.iot_dw.turbine_iceberg SET power = 9 WHERE power = 1'),
  )
  await expect(conversion).rejects.toThrow(
    'table turbine was not converted: 2026-01-05 has 2 rows in the Hive table and 2 rows in the Iceberg table, with other values',
  )
  expect(await powers('turbine')).toEqual(['1', '2', '3'])
  expect(await rowsOf('SHOW TABLES FROM hive.iot_dw')).toEqual(['turbine', 'turbine_iceberg'])
  await lake.close()
})

test('a correction that ends after the days of the Hive table were compared is in the Iceberg table', async () => {
  const lake = await open(keyed)
  await lake.write(keyed, [row('05T10:00', 1), row('05T11:00', 2), row('06T10:00', 3)])
  await convertWith(lastComparison, async () => {
    await lake.write(keyed, [row('05T11:00', 20), row('05T12:00', 4)], { mode: 'merge' })
    await lake.remove(keyed, { where: 'power = 3', remove: true })
  })
  expect(await powers('turbine')).toEqual(['1', '4', '20'])
  expect(await powers('turbine_hive')).toEqual(['1', '4', '20'])
  await lake.close()
})

test('a correction is refused while the tables are renamed, and changes nothing', async () => {
  const lake = await open(keyed)
  await lake.write(keyed, [row('05T10:00', 1), row('05T11:00', 2)])
  const refusal =
    /turbine\/event_date=2026-01-05\/ was not changed: the conversion of table turbine to Iceberg is not over: minilake convert --table turbine completes it/
  await convertWith(/^ALTER TABLE "hive"/, async () => {
    const correction = [row('05T11:00', 20), row('05T12:00', 4)]
    await expect(lake.write(keyed, correction, { mode: 'merge' })).rejects.toThrow(refusal)
    await expect(lake.write(keyed, correction, { mode: 'overwrite-partitions' })).rejects.toThrow(refusal)
    await expect(lake.remove(keyed, { where: 'power = 1', remove: true })).rejects.toThrow(refusal)
    await lake.write(keyed, [row('07T10:00', 5)])
  })
  expect(await powers('turbine')).toEqual(['1', '2', '5'])
  expect(await powers('turbine_hive')).toEqual(['1', '2', '5'])
  expect(await keysOf('_intents/')).toEqual([])
  await lake.close()
})

test('a conversion waits for a change that began meanwhile', async () => {
  const lake = await open(keyed)
  await lake.write(keyed, [row('05T10:00', 1), row('05T11:00', 2)])
  const store = storeOf({ ...stack, credentials: stack.maintainer })
  const folder = 'turbine/event_date=2026-01-05/'
  const remove = await keysOf(folder)
  const intent = { id: 'a', table: 'turbine', folder, add: [], remove, startedAt: new Date().toISOString() }
  const options = { resumeAfterSeconds: 60, signal: new AbortController().signal }
  let held: Awaited<ReturnType<typeof holdIntent>>
  const waits: string[] = []
  const ended: Promise<void>[] = []
  const hold = async () => void (held = await holdIntent(store, intent, options))
  await lake.write(keyed, [row('06T10:00', 3)])
  const finish = async () => {
    for (const key of remove) await store.remove(key)
    await held?.release()
  }
  await convertWith(lastComparison, hold, (what) => {
    waits.push(what)
    ended.push(finish())
  })
  await Promise.all(ended)
  expect(waits).toEqual([`another process that is changing ${folder}`])
  expect(await powers('turbine')).toEqual(['3'])
  expect(await keysOf('_intents/')).toEqual([])
  await lake.close()
})

test('says why a table is not converted', async () => {
  const lake = await open(turbine)
  await expect(lake.convert(turbine)).rejects.toThrow('table hive.iot_dw.turbine is not registered')
  await lake.write(turbine, [row('05T10:00', 1)])
  await engine.execute(`CREATE TABLE hive.iot_dw.turbine_hive (x BIGINT)`)
  await expect(lake.convert(turbine)).rejects.toThrow('nothing was converted: table hive.iot_dw.turbine_hive')
  expect(await powers('turbine')).toEqual(['1'])
  await lake.close()

  const unentitled = await openLake({ ...stackOptions(stack), tables: [turbine] })
  await expect(unentitled.convert(turbine)).rejects.toThrow(
    /^nothing was converted: the S3 key credentials lacks the right s3:DeleteObject below /,
  )
  await unentitled.close()
})

// At the first rename, a query that has begun may miss the table, or one of its partitions.
test('readers of a table that is converted find all of its rows, or between the two renames no table', async () => {
  const lake = await open(turbine)
  await lake.write(turbine, [row('05T10:00', 1), row('06T10:00', 2)])
  const sql = 'SELECT count(*) * 1000 + CAST(sum(power) AS INTEGER) FROM hive.iot_dw.turbine'
  const total = async () => Number((await rowsOf(sql))[0])
  const { stop } = readingLoop(total)
  await lake.convert(turbine)
  const during = new Set((await stop()).map(({ found }) => String(found)))
  const reader = readingLoop(total)
  const other = await open(converted)
  await other.drop('turbine_hive', { data: true, remove: true })
  expect(new Set((await reader.stop()).map(({ found }) => found))).toEqual(new Set([2003]))
  await other.drop(converted, { data: true, remove: true })
  for (const found of during)
    expect(found).toMatch(
      /^2003$|does not exist|was dropped by another transaction|HIVE_PARTITION_DROPPED_DURING_QUERY/,
    )
  expect(during).toContain('2003')
  await lake.close()
  await other.close()
})
