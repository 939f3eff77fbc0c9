import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadingFile } from '@minilake/import'
import { defineTable, type Table } from '@minilake/schema'
import type { Lake } from '../../src/index.js'

/** A table with a key and a retention, so that every operation applies to it. */
export const meter = defineTable({
  name: 'meter',
  columns: {
    event_timestamp: { type: 'timestamp' },
    meter_id: { type: 'varchar' },
    power: { type: 'real', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  key: ['meter_id', 'event_timestamp'],
  retention: '3d',
})
const { power: _power, ...kept } = meter.columns
const { partitions: _partitions, retention: _retention, ...rest } = meter
const unpartitioned = defineTable(rest)
/** After the power was renamed. */
const renamed = defineTable({ ...meter, columns: { ...kept, load: { type: 'real', nullable: true } } })
const wider = defineTable({
  ...meter,
  columns: { ...meter.columns, starts: { type: 'bigint', nullable: true } },
})

/** Hourly readings of some days of January 2026, as a file to import. */
export function readings(days: readonly number[], power: number, hours = 24): ReadingFile {
  const lines = days.flatMap((day) =>
    Array.from(
      { length: hours },
      (_, hour) =>
        `2026-01-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z,a,${power}\n`,
    ),
  )
  const text = `event_timestamp,meter_id,power\n${lines.join('')}`
  return { name: 'readings.csv', bytes: Readable.from([new TextEncoder().encode(text)]) }
}

/** Something that changes what a lake holds while others read it. */
export interface Operation {
  name: string
  /** What a query may find meanwhile besides the rows before and after, each day as a whole: `absent` days, failures. */
  mayFind: readonly string[]
  /** What the lake holds besides three days of readings. */
  prepare?: (lake: Lake, table: Table) => Promise<unknown>
  /** The definition that readers have. Default: one with partitions. */
  readers?: Table
  /** The definition that the operation is run with. Default: that of the readers. */
  table?: Table
  run: (lake: Lake, table: Table) => Promise<unknown>
}

const at = (text: string) => new Date(`2026-01-${text}Z`)
const wrong = () => readings([5, 6], 2, 12)

const days = 'some days before, others after'
const removed = [days, 'failed: run it again']
const replaced = [...removed, 'a day absent']

/** Those of a table with partitions. */
const ofDays: readonly Operation[] = [
  { name: 'import', mayFind: [days], run: (lake, table) => lake.import(table, [readings([5, 6, 7], 2, 12)]) },
  {
    name: 'import --mode overwrite-partitions',
    mayFind: replaced,
    run: (lake, table) =>
      lake.import(table, [readings([5, 6], 2, 12)], { mode: 'overwrite-partitions', replaceAll: true }),
  },
  {
    name: 'import --mode merge',
    mayFind: replaced,
    run: (lake, table) => lake.import(table, [readings([5, 6, 7], 2, 12)], { mode: 'merge' }),
  },
  {
    name: 'remove --import',
    mayFind: replaced,
    prepare: (lake, table) => lake.import(table, [wrong()]),
    run: async (lake, table) => {
      const { importId } = await lake.import(table, [wrong()])
      await lake.remove(table, { import: importId, remove: true })
    },
  },
  {
    name: 'remove --from --to, whole days',
    mayFind: removed,
    run: (lake, table) => lake.remove(table, { from: at('05T00:00'), to: at('07T00:00'), remove: true }),
  },
  {
    name: 'remove --from --to, parts of days',
    mayFind: replaced,
    run: (lake, table) => lake.remove(table, { from: at('05T12:00'), to: at('06T12:00'), remove: true }),
  },
  {
    name: 'remove --where',
    mayFind: replaced,
    run: (lake, table) => lake.remove(table, { where: 'power = 1', from: at('05T12:00'), remove: true }),
  },
  {
    name: 'remove --expired',
    mayFind: removed,
    run: (lake, table) => lake.remove(table, { expired: true, now: at('09T00:00'), remove: true }),
  },
  {
    name: 'rewrite',
    mayFind: [
      'failed: run it again',
      'failed: is being rewritten',
      'failed: has another shape',
      'failed: no such table',
    ],
    table: renamed,
    run: (lake, table) => lake.rewrite(table, { map: { power: 'load' }, rewrite: true }),
  },
  {
    name: 'drop --data',
    mayFind: [...removed, 'a day absent', 'failed: no such table'],
    run: (lake, table) => lake.drop(table, { data: true, remove: true }),
  },
  {
    name: 'catalog',
    mayFind: ['failed: has another shape'],
    table: wider,
    run: (lake, table) => lake.register({ tables: [table] }),
  },
  {
    name: 'ingest',
    mayFind: [days],
    prepare: async (lake, table) => {
      await lake.stage(table, [readings([5, 6, 7], 2, 12)])
    },
    run: publishStaged,
  },
  {
    name: 'ingest --overwrite',
    mayFind: [days],
    prepare: async (lake, table) => {
      await stageUnder('device.parquet', lake, table, 2)
      await publishStaged(lake, table)
      await stageUnder('device.parquet', lake, table, 3)
    },
    run: publishStaged,
  },
  {
    name: 'drop',
    mayFind: ['failed: no such table', 'failed: run it again'],
    run: (lake, table) => lake.drop(table, { remove: true }),
  },
]

const changedAsOne = ['failed: run it again', 'a day absent', 'failed: no such table']

/** The same with an unpartitioned table, which is changed as one day is. */
const ofAWhole = Object.entries({
  import: [],
  'import --mode overwrite-partitions': changedAsOne,
  'import --mode merge': changedAsOne,
  'remove --import': changedAsOne,
  'remove --from --to, parts of days': changedAsOne,
  'remove --where': changedAsOne,
  ingest: [],
  'drop --data': changedAsOne,
  drop: ['failed: no such table'],
}).map(([name, mayFind]): Operation => {
  const operation = ofDays.find((each) => each.name === name)
  if (!operation) throw new Error(`no operation ${name}`)
  return { ...operation, name: `${name}, unpartitioned`, mayFind, readers: unpartitioned }
})

/** Every operation that changes the files or the catalog entry of a table. */
export const operations: readonly Operation[] = [...ofDays, ...ofAWhole]

/** Publishes what is staged, and registers it, as the command line does. */
async function publishStaged(lake: Lake, table: Table): Promise<void> {
  await lake.ingest({ overwrite: true })
  await lake.register({ tables: [table] })
}

/** Stages one file for each of two days, under a name of its own. */
async function stageUnder(name: string, lake: Lake, table: Table, power: number): Promise<void> {
  await rm(lake.out, { recursive: true, force: true })
  const { keys } = await lake.stage(table, [readings([5, 6], power, 12)])
  for (const key of keys) await rename(join(lake.out, key), join(lake.out, dirname(key), name))
}
