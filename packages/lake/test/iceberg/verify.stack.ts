import { freeSql } from '@minilake/analytics'
import { batchesOf, defineTable, type InputRow, pumpDaily, type Table } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { agrees, type Lake, openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const engine = engineOf(stack)
const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'], format: 'iceberg' })
const daily = defineTable({ ...pumpDaily, format: 'iceberg' })
let lake: Lake
let folder: string

beforeEach(async () => {
  await emptyLake(stack)
  const temporary = await temporaryFolder()
  folder = temporary.folder
  lake = await openLake({
    ...stackOptions(stack),
    tables: [keyed, daily],
    cwd: folder,
    maintainCredentials: stack.maintainer,
  })
  return async () => {
    await lake.close()
    await temporary.remove()
  }
})
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const row = (time: string, turbine_id: string, power: number | null): InputRow<typeof keyed> => ({
  event_timestamp: new Date(`2026-01-${time}:00.123Z`),
  turbine_id,
  power,
  starts: 7n,
})
const day5 = [row('05T10:00', 'a', 1.5), row('05T11:00', 'a', NaN), row('05T12:00', 'b', null)]
const day6 = [row('06T10:00', 'a', -4), row('06T11:00', 'ü', 5)]
const verified = async (table: Table = keyed) => {
  const [found] = await lake.verify({ tables: [table] })
  if (found === undefined) throw new Error('expected something to verify')
  return found
}
/** A change of another program, which records nothing. */
const meddle = async (sql: string) => {
  for await (const _row of engine.query(freeSql(sql)));
}
const keysOf = async (prefix: string) => {
  const keys: string[] = []
  for await (const { key } of storeOf({ ...stack, credentials: stack.administrator }).list(prefix))
    keys.push(key)
  return keys
}

test('rows of every kind of change agree with their records', async () => {
  await lake.write(keyed, [...day5, ...day6])
  expect(await verified()).toMatchObject({ source: 'checks', files: 2, rows: 5, withoutTruth: [] })
  expect(agrees(await verified())).toBe(true)

  await lake.write(keyed, [row('05T10:00', 'a', 9), row('05T13:00', 'c', 6)], { mode: 'merge' })
  expect(await verified()).toMatchObject({ files: 3, rows: 6, missing: [], differences: [] })
  await lake.write(keyed, [row('06T20:00', 'd', 7)], { mode: 'overwrite-partitions' })
  expect(await verified()).toMatchObject({ files: 3, rows: 5, missing: [], differences: [] })
  await lake.remove(keyed, { where: "turbine_id = 'c'", remove: true })
  expect(await verified()).toMatchObject({ files: 3, rows: 4, missing: [], differences: [] })
  const snapshots = await lake.snapshots(keyed)
  await lake.rollback(keyed, { snapshot: snapshots.at(-2)?.id ?? '', rollback: true }) // as first written
  expect(await verified()).toMatchObject({ files: 2, rows: 5, missing: [], differences: [] })
  // What was taken and put in again is compared as a whole.
  await lake.remove(keyed, { remove: true })
  expect(await lake.verify({ tables: [keyed] })).toEqual([])
  await lake.write(keyed, day5)
  await meddle(`DELETE FROM iceberg.iot_dw.turbine WHERE turbine_id = 'b'`)
  expect((await verified()).differences).toEqual([expect.stringContaining('expected 3 rows, got 2')])

  await lake.drop(keyed, { data: true, remove: true })
  expect(await keysOf('_truth/')).toEqual([])
})

test('changes of other programs are told', async () => {
  await lake.write(keyed, [...day5, ...day6])
  await meddle(`UPDATE iceberg.iot_dw.turbine SET turbine_id = 'x' WHERE turbine_id = 'ü'`)
  const [name] = (await verified()).differences
  expect(name).toMatch(
    /^turbine\/event_date=2026-01-06\/write-.*\.parquet: has other values than were put in$/,
  )
  await meddle(`UPDATE iceberg.iot_dw.turbine SET power = 99 WHERE power = -4`)
  expect((await verified()).differences).toEqual([
    expect.stringMatching(/2026-01-06.*least power expected -4, got 5; greatest power expected 5, got 99/),
  ])
  await meddle(`DELETE FROM iceberg.iot_dw.turbine WHERE event_timestamp >= TIMESTAMP '2026-01-06 00:00:00'`)
  expect(await verified()).toMatchObject({
    missing: [expect.stringMatching(/^turbine\/event_date=2026-01-06/)],
    differences: [],
  })
  await meddle(
    `INSERT INTO iceberg.iot_dw.turbine (event_timestamp, turbine_id, power, starts, _batch) SELECT * FROM iceberg.iot_dw.turbine`,
  )
  expect((await verified()).differences).toEqual([expect.stringContaining('expected 3 rows, got 6')])
  await meddle(
    `INSERT INTO iceberg.iot_dw.turbine (event_timestamp, turbine_id) VALUES (TIMESTAMP '2026-01-07 00:00:00', 'z')`,
  )
  expect((await verified()).withoutTruth).toEqual(['a batch without a name (1 rows)'])
})

test('the truth of simulated days goes when they are overwritten or merged into', async () => {
  await lake.generate(daily, { from: '2026-01-05', days: 3, intervalSeconds: 3600 }, { workers: 1 })
  await lake.ingest()
  const simulated = await keysOf('_truth/pump_daily/')
  expect(simulated).toHaveLength(3)
  const reading = { pump_id: 'pump-0001', pressure: 1, velocity: 1, speed: 1 }
  const write = (time: string, mode: 'overwrite-partitions' | 'append') =>
    lake.write(daily, batchesOf(daily, [{ event_timestamp: new Date(time), ...reading }]), { mode })
  await write('2026-01-06T10:00:00Z', 'overwrite-partitions')
  expect(await keysOf('_truth/pump_daily/')).toEqual(simulated.filter((key) => !key.includes('2026-01-06')))
  await write('2026-01-07T10:00:00Z', 'append') // beside simulated rows
  const found = await verified(daily)
  expect(found).toMatchObject({ source: 'truth', files: 4, rows: 50, missing: [], withoutTruth: [] })
  expect(agrees(found)).toBe(true)
})

test('a table that was converted agrees with the records of the conversion', async () => {
  const { format: _format, ...hive } = keyed
  const before = await openLake({
    ...stackOptions(stack),
    tables: [hive],
    maintainCredentials: stack.maintainer,
  })
  await before.write(hive, [...day5, ...day6])
  await before.convert(hive)
  await before.close()
  expect(await verified()).toMatchObject({
    files: 2,
    rows: 5,
    missing: [],
    withoutTruth: [],
    differences: [],
  })
  await meddle(`DELETE FROM iceberg.iot_dw.turbine WHERE turbine_id = 'ü'`)
  expect(agrees(await verified())).toBe(false)
})
