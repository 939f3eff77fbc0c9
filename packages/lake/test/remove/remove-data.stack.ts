import { randomUUID } from 'node:crypto'
import { freeSql } from '@minilake/analytics'
import { s3Store } from '@minilake/ingest/s3'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { conditionSql } from '../../src/condition/condition-sql.js'
import { parseCondition } from '../../src/condition/parse-condition.js'
import { intentKey } from '../../src/replace/intent.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'

const stack = inject('stack')
const plain = defineTable({ name: 'plain', columns: turbine.columns })
let folder: string
let removeFolder: () => Promise<void>
let lake: Lake
beforeAll(async () => {
  ;({ folder, remove: removeFolder } = await temporaryFolder())
})
beforeEach(async () => {
  await emptyLake(stack)
  lake = await openLake({
    ...stackOptions(stack),
    ...{ tables: [turbine, plain], cwd: folder, maintainCredentials: stack.maintainer },
    resumeAfterSeconds: 1,
  })
  return () => lake.close()
})
afterAll(() => removeFolder())

const rows: InputRow<typeof turbine>[] = ['2026-01-04', '2026-01-05', '2026-01-06'].map((day) => ({
  event_timestamp: new Date(`${day}T10:00:00Z`),
  turbine_id: 'a',
  power: 1.5,
}))
const fifth = { from: new Date('2026-01-05'), to: new Date('2026-01-06') }

async function all(sql: string): Promise<unknown[]> {
  const engine = engineOf(stack)
  const found: unknown[] = []
  for await (const row of engine.query(freeSql(sql))) found.push(Object.values(row)[0])
  await engine.close()
  return found
}
const days = () => all('SELECT event_date FROM hive.iot_dw.turbine ORDER BY 1')
const partitions = () => all('SELECT event_date FROM hive.iot_dw."turbine$partitions" ORDER BY 1')
const keys = async (prefix: string) => {
  const found: string[] = []
  for await (const { key } of storeOf(stack).list(prefix)) found.push(key)
  return found
}

test('a day goes from the bucket and from the catalog; written again, it is there again', async () => {
  await lake.write(turbine, rows)
  expect(await lake.remove(turbine, fifth)).toMatchObject({ files: 1, isRemoved: false })
  expect(await days()).toEqual(['2026-01-04', '2026-01-05', '2026-01-06'])
  expect(await lake.remove(turbine, { ...fifth, remove: true })).toMatchObject({ files: 1, isRemoved: true })
  expect(await days()).toEqual(['2026-01-04', '2026-01-06'])
  expect(await partitions()).toEqual(['2026-01-04', '2026-01-06'])
  expect(await keys('turbine/event_date=2026-01-05/')).toEqual([])
  expect(await keys('_intents/')).toEqual([])
  expect(await lake.remove(turbine, { ...fifth, remove: true })).toMatchObject({ files: 0 })
  expect((await lake.write(turbine, rows)).catalog.changes).toEqual([
    'table hive.iot_dw.turbine: 1 new partition',
  ])
  expect(await days()).toHaveLength(3)
})

test('all rows of an unpartitioned table go, and the table stays', async () => {
  await lake.write(plain, rows)
  expect(await lake.remove(plain, { remove: true })).toMatchObject({ files: 1 })
  expect(await all('SELECT count(*) FROM hive.iot_dw.plain')).toEqual([0n])
})

test('rows by a condition go from days that are rewritten; Trino counts and answers as we do', async () => {
  const values = [1, 5, 9, NaN, Infinity, null]
  const many = rows.flatMap((row) =>
    values.map((power, index) => ({ ...row, power, turbine_id: `t${index}` })),
  )
  const { importId } = await lake.write(turbine, many)
  const conditions = [
    'power > 4',
    'power >= 5',
    'NOT power > 4',
    'power <> 5',
    'power < 9',
    'power <= 9',
    'power IS NULL',
    'NOT (power <= 0 OR power > 0)',
    "turbine_id IN ('t1', 't3') OR power BETWEEN 4 AND 6",
    "event_timestamp > '2026-01-05 09:59:59.9999' AND turbine_id < 't2'",
    'starts IS NULL AND NOT starts = 1',
  ]
  for (const where of conditions) {
    const sql = conditionSql(parseCondition(turbine, where))
    const [n] = await all(`SELECT count(*) FROM hive.iot_dw.turbine WHERE ${sql}`)
    expect([where, (await lake.remove(turbine, { where })).rows]).toEqual([where, Number(n)])
  }
  const choice = { where: 'power > 4', from: new Date('2026-01-05T10:00:00Z') }
  expect(await lake.remove(turbine, { ...choice, remove: true })).toMatchObject({ rewritten: 2, rows: 6 })
  expect(
    await all('SELECT count(*) FROM hive.iot_dw.turbine GROUP BY event_date ORDER BY event_date'),
  ).toEqual([6n, 3n, 3n])
  expect(await partitions()).toHaveLength(3)
  expect(await lake.verify()).toMatchObject([{ rows: 12, differences: [] }])
  expect(await keys('_intents/')).toEqual([])
  expect(
    await lake.remove(turbine, { import: importId, from: new Date('2026-01-05'), remove: true }),
  ).toMatchObject({ files: 2, rows: 6 })
  expect(await partitions()).toEqual(['2026-01-04'])
})

test('rows of an unpartitioned table go, and the table is there again', async () => {
  await lake.write(plain, rows)
  expect(await lake.remove(plain, { ...fifth, remove: true })).toMatchObject({ rewritten: 1, rows: 1 })
  expect(await all('SELECT count(*) FROM hive.iot_dw.plain')).toEqual([2n])
})

test('what a dead process left is completed first', async () => {
  await lake.write(turbine, rows)
  const [key = ''] = await keys('turbine/event_date=2026-01-05/')
  const day = 'turbine/event_date=2026-01-05/'
  const intent = { id: randomUUID(), table: 'turbine', folder: day, add: [], remove: [key] }
  const { bucket, endpoint, maintainer: credentials } = stack
  const startedAt = new Date().toISOString()
  const text = JSON.stringify({ ...intent, startedAt })
  await s3Store({ bucket, endpoint, credentials }).write(intentKey(day), [new TextEncoder().encode(text)])
  await lake.remove(turbine, { from: new Date('2026-01-06'), remove: true })
  expect(await days()).toEqual(['2026-01-04'])
  expect(await partitions()).toEqual(['2026-01-04'])
  expect(await keys('_intents/')).toEqual([])
})

test('a key that may not remove is named before anything changes', async () => {
  await lake.write(turbine, rows)
  const other = await openLake({ ...stackOptions(stack), tables: [turbine], cwd: folder })
  await expect(other.remove(turbine, { ...fifth, remove: true })).rejects.toThrow(
    /lacks the right s3:DeleteObject/,
  )
  expect(await days()).toHaveLength(3)
  await other.close()
})
