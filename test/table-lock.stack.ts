import { freeSql } from '@minilake/analytics'
import { trinoEngine } from '@minilake/analytics/trino'
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { openLake } from '../packages/lake/src/index.js'
import { dyingTrino } from '../packages/lake/test/iceberg/dying-trino.js'
import { emptyLake } from '../packages/lake/test/running-stack.js'
import { callingProcess } from './rounds/calling-process.js'
import { lakeOptions } from './rounds/dying-lake.js'
import { emptyModel, tableOf } from './rounds/readings-model.js'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })
const stack = inject('stack')
const engine = trinoEngine({ url: stack.trino, user: 'minilake' })
const table = tableOf(emptyModel('iceberg').definition)
const hive = tableOf(emptyModel().definition)

beforeEach(() => emptyLake(stack))
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
})

const open = (of: typeof table, resumeAfterSeconds: number) =>
  openLake({ ...lakeOptions(of, { folder: '/', stack }), resumeAfterSeconds })
const row = (hour: number) => ({
  event_timestamp: new Date(Date.UTC(2026, 0, 5, hour)),
  station_id: 'a',
  level: hour,
})

test('a dead process that was maintaining a table holds up the next one for --resume-after only', async () => {
  const lake = await open(table, 4)
  for (const hour of [1, 2, 3]) await lake.write(table, [row(hour)] as never)
  const child = callingProcess()
  await using proxy = await dyingTrino(stack.trino, /EXECUTE optimize/, false, () => child.end())
  const end = await child.call(
    { call: () => ({ method: 'maintain', args: [table] }) },
    {
      table,
      place: { folder: '/', stack: { ...stack, trino: proxy.url } },
      kill: { since: 'call', afterMillis: 600_000 }, // the proxy ends the process long before
    },
  )
  expect(end.is).toBe('killed')
  const finding = (await lake.doctor()).find(({ check }) => check === 'changes')
  expect(finding).toMatchObject({
    state: 'failed',
    fix: expect.stringContaining('minilake maintain --table station'),
  })

  const waited: string[] = []
  const report = await lake.maintain(table, { onWait: (what) => void waited.push(what) })
  expect(waited).toEqual(['another process that maintains table station'])
  expect(report).toMatchObject({ days: [{ before: { files: 3 }, after: { files: 1 } }] })
  expect((await lake.doctor()).find(({ check }) => check === 'changes')).toMatchObject({ state: 'ok' })
  await lake.close()
})

test('a process that converts waits for a living one that does, says so, and finds it done', async () => {
  const lakes = [await open(hive, 60), await open(hive, 60)] as const
  await lakes[0].write(hive, [row(1), row(2)] as never)
  const waited: string[] = []
  const ends = await Promise.all(
    lakes.map((lake) => lake.convert(hive, { onWait: (what) => void waited.push(what) })),
  )
  expect(waited).toEqual(['another process that converts or maintains table station'])
  expect(ends.map(({ files }) => files).sort()).toEqual([0, 1])
  for await (const { n } of engine.query(freeSql('SELECT count(*) AS n FROM hive.iot_dw.station')))
    expect(n).toBe(2n)
  for (const lake of lakes) await lake.close()
})
