import { hourlyAverages, tableSummary } from '@minilake/analytics'
import { defineTable, type InputRow, pump } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { openLake, type Snapshot } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { proxiedTrino } from './proxied-trino.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const turbines = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const hive = defineTable({ ...turbine, name: 'plain' })

beforeEach(() => emptyLake(stack))
afterAll(() => emptyLake(stack))

const open = (trino = stack.trino) =>
  openLake({ ...stackOptions({ ...stack, trino }), tables: [turbines, hive] })
const row = (time: string, power: number): InputRow<typeof turbines> => ({
  event_timestamp: new Date(`2026-01-${time}:00Z`),
  turbine_id: 'a',
  power,
})
async function allOf<R>(found: AsyncIterable<R>): Promise<R[]> {
  const rows: R[] = []
  for await (const each of found) rows.push(each)
  return rows
}

test('snapshots are listed, read by queries, and restored', async () => {
  const lake = await open()
  await lake.register()
  const powers = async (moment: { at?: Date; snapshot?: string } = {}) =>
    (await allOf(lake.query(hourlyAverages(turbines, ['power']), { tables: [turbines], ...moment }))).map(
      ({ avg_power }) => avg_power,
    )
  const { importId } = await lake.write(turbines, [row('05T10:00', 1), row('06T10:00', 2)])
  await lake.write(turbines, [row('06T10:00', 20)], { mode: 'merge' })
  await lake.remove(turbines, {
    from: new Date('2026-01-05T00:00Z'),
    to: new Date('2026-01-06T00:00Z'),
    remove: true,
  })
  expect(await powers()).toEqual([20])

  const listed = await lake.snapshots(turbines)
  const [removed, merged, written, created] = listed as [Snapshot, Snapshot, Snapshot, Snapshot]
  expect(listed).toHaveLength(4)
  expect(removed).toMatchObject({ state: 'current', operation: 'delete', rowsRemoved: 1, rows: 1 })
  expect(merged).toMatchObject({ state: 'past', rowsAdded: 1, rowsRemoved: 1, rows: 2 })
  expect(written).toMatchObject({ rowsAdded: 2, rowsRemoved: 0, filesAdded: 2, rows: 2, imports: [importId] })
  expect(merged.imports).toHaveLength(1)
  expect(created).toMatchObject({ rows: 0, imports: [] })
  expect(await lake.snapshots(turbines, { limit: 1 })).toEqual([removed])

  expect(await powers({ snapshot: written.id })).toEqual([1, 2])
  const past = { tables: [turbines], snapshot: written.id }
  const batches = await allOf(lake.query(hourlyAverages(turbines, ['power']), past).batches())
  expect(batches.flatMap(({ columns }) => [...columns.avg_power])).toEqual([1, 2])
  expect(await powers({ at: merged.at })).toEqual([1, 20])
  expect(await powers({ at: new Date(merged.at.getTime() - 1) })).toEqual([1, 2])
  expect(await powers({ at: new Date(Date.now() + 60_000) })).toEqual([20])
  await expect(powers({ at: new Date('2020-01-01') })).rejects.toThrow(
    'table turbine has no snapshot of 2020-01-01T00:00:00.000Z: it is from before the table, or has expired',
  )
  await expect(powers({ snapshot: '1' })).rejects.toThrow(
    'table turbine has no snapshot 1: minilake snapshots',
  )

  const asked = await lake.rollback(turbines, { snapshot: written.id })
  expect(asked).toMatchObject({ from: { id: removed.id }, to: { id: written.id }, isRolledBack: false })
  expect(await powers()).toEqual([20])
  expect(await lake.rollback(turbines, { snapshot: written.id, rollback: true })).toMatchObject({
    isRolledBack: true,
  })
  expect(await powers()).toEqual([1, 2])
  const before = new Date(removed.at.getTime() + 1)
  expect(await powers({ at: before })).toEqual([20]) // what readers saw then
  expect(await lake.rollback(turbines, { snapshot: written.id, rollback: true })).toMatchObject({
    from: { id: written.id },
    to: { id: written.id },
    isRolledBack: false,
  })
  expect((await lake.snapshots(turbines)).map(({ state }) => state)).toEqual([
    'undone',
    'undone',
    'current',
    'past',
  ])

  // A rollback can be undone, and what it took away counts as not imported.
  await lake.rollback(turbines, { snapshot: removed.id, rollback: true })
  expect(await powers()).toEqual([20])
  await lake.rollback(turbines, { snapshot: created.id, rollback: true })
  expect(await powers()).toEqual([])
  expect(await lake.write(turbines, [row('05T10:00', 1), row('06T10:00', 2)])).toMatchObject({ written: 2 })
  expect(await powers()).toEqual([1, 2])
  await expect(lake.rollback(turbines, { snapshot: '1' })).rejects.toThrow('has no snapshot 1')
  await lake.close()
})

test('a rollback takes the truth of files with other rows along', async () => {
  const pumps = defineTable({ ...pump, format: 'iceberg' })
  const lake = await openLake({ ...stackOptions(stack), tables: [pumps] })
  await lake.register()
  const [created] = await lake.snapshots(pumps)
  const temporary = await temporaryFolder()
  const out = temporary.folder
  await lake.generate(pumps, { from: '2026-01-05', days: 1, intervalSeconds: 600 }, { out, workers: 1 })
  await lake.ingest({ folder: out })
  const [verified] = await lake.verify()
  expect(verified).toMatchObject({ files: 1, missing: [], differences: [] })
  const id = (created as Snapshot).id
  expect(await lake.rollback(pumps, { snapshot: id, rollback: true })).toMatchObject({ truths: 1 })
  expect(await lake.verify()).toEqual([])
  await lake.close()
  await temporary.remove()
})

test('a table without history says so', async () => {
  const lake = await open()
  const sentence =
    'table plain is a Hive table, which keeps no snapshots: minilake convert --table plain makes it an Iceberg table'
  await expect(lake.snapshots(hive)).rejects.toThrow(sentence)
  await expect(lake.rollback(hive, { snapshot: '1' })).rejects.toThrow(sentence)
  expect(() => lake.query(tableSummary(hive), { tables: [hive], snapshot: '1' })).toThrow(sentence)
  await lake.close()
})

/** Lets all snapshots but the current one expire. */
async function expireAll() {
  const engine = engineOf(stack)
  const sessionProperties = { 'iceberg.expire_snapshots_min_retention': '0s' }
  const expire = {
    sql: `ALTER TABLE iceberg.iot_dw.turbine EXECUTE expire_snapshots(retention_threshold => '0s')`,
  }
  for await (const _row of engine.query(expire, { sessionProperties }));
  await engine.close()
}

test('a snapshot that has expired is named', async () => {
  const lake = await open()
  await lake.register()
  await lake.write(turbines, [row('05T10:00', 1)])
  const [written] = (await lake.snapshots(turbines)) as [Snapshot]
  await lake.remove(turbines, { remove: true })
  const rows = lake.query(tableSummary(turbines), { tables: [turbines], snapshot: written.id })
  await expireAll()
  await expect(allOf(rows)).rejects.toThrow(`table turbine has no snapshot ${written.id}`)
  await lake.close()
})

test('a snapshot that expires while a query reads it is named', async () => {
  const lake = await open()
  await lake.write(turbines, [row('05T10:00', 1)])
  const [written] = (await lake.snapshots(turbines)) as [Snapshot]
  await lake.remove(turbines, { remove: true })
  let isExpired = false
  await using proxy = await proxiedTrino(stack.trino, {
    onRequest: async (sql) => {
      if (isExpired || !sql?.includes(`FOR VERSION AS OF ${written.id}`)) return true
      isExpired = true
      await expireAll()
      return true
    },
  })
  const reader = await open(proxy.url)
  const rows = reader.query(tableSummary(turbines), { tables: [turbines], snapshot: written.id })
  await expect(allOf(rows)).rejects.toThrow(
    `snapshot ${written.id} of table turbine expired while it was read: minilake snapshots --table turbine lists those that are left`,
  )
  expect(isExpired).toBe(true)
  await reader.close()
  await lake.close()
})
