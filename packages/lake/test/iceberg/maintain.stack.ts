import { freeSql } from '@minilake/analytics'
import { icebergRemoveOrphans } from '@minilake/catalog'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf } from '../running-stack.js'
import { turbines } from './turbines.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const engine = engineOf(stack)
const name = 'iceberg.iot_dw.turbines'

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const open = () =>
  openLake({ ...stackOptions(stack), tables: [turbines], maintainCredentials: stack.maintainer })
async function rowsOf(sql: string) {
  const rows: unknown[][] = []
  for await (const row of engine.query(freeSql(sql))) rows.push(Object.values(row))
  return rows
}
const insert = (time: string, power: number) =>
  engine.execute(
    `INSERT INTO ${name} (event_timestamp, turbine_id, power, _batch) VALUES (TIMESTAMP '2026-01-${time}:00', 't1', ${power}, 'b${power}')`,
  )

test('small files of a day become one, old snapshots expire, and a second run finds nothing', async () => {
  const lake = await open()
  await lake.register()
  for (const [at, time] of ['05 01:00', '05 02:00', '05 03:00', '06 01:00'].entries()) await insert(time, at)
  await engine.execute(`DELETE FROM ${name} WHERE power = 1`)
  const rows = await rowsOf(`SELECT * FROM ${name} ORDER BY 1`)
  const [first] = (await lake.snapshots(turbines)).filter(({ rows }) => rows === 1)

  let isOver = false
  const seen = new Set<string>()
  const reader = (async () => {
    while (!isOver) seen.add(String(await rowsOf(`SELECT count(*), sum(power) FROM ${name}`)))
  })()
  const waited: string[] = []
  const both = await Promise.all(
    [1, 2].map(() => lake.maintain(turbines, { onWait: (what) => void waited.push(what) })),
  )
  isOver = true
  await reader
  expect([...seen]).toEqual(['3,5'])
  expect(waited).toContain('another process that maintains table turbines')
  both.sort((one, other) => other.days.length - one.days.length)
  expect(both[0]).toMatchObject({
    days: [{ day: '2026-01-05', before: { files: 3 }, after: { files: 1 } }],
    before: { files: 4 },
    after: { files: 2 },
    expired: 0,
  })
  expect(both[1]).toMatchObject({ days: [], before: { files: 2 }, after: { files: 2 }, expired: 0 })
  expect(await rowsOf(`SELECT * FROM ${name} ORDER BY 1`)).toEqual(rows)
  expect((await lake.snapshots(turbines))[0]).toMatchObject({ operation: 'replace', rows: 3, imports: [] })

  const expiring = await lake.maintain(turbines, { expireAfterSeconds: 0 })
  expect(expiring.expired).toBe(6)
  expect(expiring.storedAfter.bytes).toBeLessThan(expiring.storedBefore.bytes)
  expect(await lake.snapshots(turbines)).toHaveLength(1)
  await expect(lake.rollback(turbines, { snapshot: first?.id ?? '' })).rejects.toThrow('has no snapshot')
  expect(await rowsOf(`SELECT * FROM ${name} ORDER BY 1`)).toEqual(rows)
  await lake.close()
})

test('expiry waits for a reader, and a file that no snapshot has goes', async () => {
  const lake = await open()
  await lake.register()
  for (const power of [1, 2]) await insert(`05 0${power}:00`, power)
  const [, before] = await lake.snapshots(turbines)
  const store = storeOf({ ...stack, credentials: stack.administrator })
  const orphan = 'iot_dw/turbines/data/orphan.parquet'
  await store.write(orphan, [new Uint8Array(9)])

  // A result that nobody has read to its end keeps its statement, and the files that it reads, in use.
  const sql = `SELECT v.power, n FROM ${name} FOR VERSION AS OF ${before?.id} v CROSS JOIN UNNEST(sequence(1, 9999)) a (n) CROSS JOIN UNNEST(sequence(1, 99)) b (m)`
  const reading = engine.query(freeSql(sql))[Symbol.asyncIterator]()
  await reading.next()
  const waited: string[] = []
  let read = 1
  const readOn = async () => {
    while (!(await reading.next()).done) read += 1
  }
  const report = await lake.maintain(turbines, {
    expireAfterSeconds: 0,
    onWait: (what) => {
      waited.push(what)
      void readOn()
    },
  })
  expect(waited).toEqual([expect.stringMatching(/^query \S+ in Trino, which reads table turbines$/)])
  expect(read).toBe(9999 * 99)
  expect(report.expired).toBeGreaterThan(0)

  expect(await store.find(orphan)).toBeDefined() // it is young: it may belong to a write under way
  const sessionProperties = { 'iceberg.remove_orphan_files_min_retention': '0s' }
  for await (const _row of engine.query(freeSql(icebergRemoveOrphans(turbines, 0)), { sessionProperties }));
  expect(await store.find(orphan)).toBeUndefined()
  expect(await rowsOf(`SELECT count(*) FROM ${name}`)).toEqual([[2n]])
  await lake.close()
})

test('rows without a time, of another program, do not keep a table from being maintained', async () => {
  const lake = await open()
  await lake.register()
  for (const power of [1, 2, 3]) {
    await insert(`05 0${power}:00`, power)
    await engine.execute(
      `INSERT INTO ${name} (event_timestamp, turbine_id, power, _batch) VALUES (NULL, 't1', ${power}, 'n${power}')`,
    )
  }
  expect(await lake.maintain(turbines)).toMatchObject({
    days: [
      { day: '2026-01-05', before: { files: 3 }, after: { files: 1 } },
      { day: 'null', before: { files: 3 }, after: { files: 1 } },
    ],
  })
  expect(await rowsOf(`SELECT count(*), sum(power) FROM ${name}`)).toEqual([[6n, 12]])
  await lake.close()
})
