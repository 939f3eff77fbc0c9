import { freeSql } from '@minilake/analytics'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { defineTable, type Table } from '@minilake/schema'
import { type Lake, openLake } from '../../src/index.js'
import { folderCatalog } from '../../src/register/folder-catalog.js'
import { replaceFiles } from '../../src/replace/replace-files.js'
import { emptyLake, engineOf, stackOptions, storeOf, temporaryFolder } from '../running-stack.js'
import { turbine } from '../turbine.js'
import { type DataFile, dataFile } from './data-file.js'
import { type Reading, readingLoop, tally } from './reading-loop.js'

const stack = inject('stack')
const { partitions: _partitions, ...unpartitioned } = { ...turbine, name: 'plain' }
const plain = defineTable(unpartitioned)
const engine = engineOf(stack)
let lake: Lake
let remove: () => Promise<void>
beforeAll(async () => {
  const temporary = await temporaryFolder()
  remove = temporary.remove
  await emptyLake(stack)
  lake = await openLake({ ...stackOptions(stack), tables: [turbine, plain], cwd: temporary.folder })
})
afterAll(async () => {
  await lake.close()
  await engine.close()
  await remove()
})

async function countRows(table: Table): Promise<number> {
  let rows = 0
  for await (const row of engine.query(freeSql(`SELECT count(*) AS n FROM hive.iot_dw.${table.name}`)))
    rows = Number((row as { n: bigint }).n)
  return rows
}

/** Whether a reading lies between two moments. */
const isWithin = ({ startedAt, endedAt }: Reading, [from, to]: readonly [number, number]) =>
  startedAt >= from && endedAt <= to

test.each([turbine, plain])(
  'a reader that begins while files of $name are replaced finds none of their rows, or fails',
  async (table) => {
    const isPartitioned = table === turbine
    const folder = isPartitioned ? 'turbine/event_date=2026-01-05/' : 'plain/'
    const store = storeOf({ ...stack, credentials: stack.maintainer })
    const file = async (rows: number): Promise<DataFile> => {
      const made = await dataFile('2026-01-05', { rows })
      return { ...made, key: `${folder}${made.key.slice(made.key.lastIndexOf('/') + 1)}` }
    }
    const [one, other] = [await file(7), await file(40)]
    const rest = await dataFile('2026-01-04', { rows: 5 })
    const elsewhere = isPartitioned ? 5 : 0
    if (isPartitioned) await store.write(rest.key, [rest.bytes])
    await store.write(one.key, [one.bytes])
    await lake.register({ tables: [table] })

    const catalog = folderCatalog(table, { engine, store, location: 's3://iot-time-series/' })
    const windows: [number, number][] = []
    let since = 0
    const watched = {
      unregister: async (each: string) => {
        await catalog.unregister(each)
        since ||= performance.now()
      },
      register: async (each: string) => {
        windows.push([since, performance.now()])
        since = 0
        await catalog.register(each)
      },
    }
    const replaceBy = async ({ key, bytes, etag }: DataFile, old: DataFile) => {
      const publish = async (at: string) => (await store.write(at, [bytes])).written
      const change = { add: [{ key, size: bytes.length, etag, publish }], remove: [old.key] }
      const options = { resumeAfterSeconds: 60, signal: new AbortController().signal }
      const place = { table: table.name, folder }
      await replaceFiles(place, () => Promise.resolve(change), { store, catalog: watched }, options)
    }

    const loops = [1, 2].map(() => readingLoop(() => countRows(table)))
    /** The readings that lie within a moment of no registration. */
    const meanwhile = () =>
      loops.flatMap(({ readings }) =>
        readings.filter((reading) => windows.some((window) => isWithin(reading, window))),
      )
    // A busy machine may answer no query quickly enough for the first windows.
    for (let round = 0; round < 5 || (meanwhile().length === 0 && round < 60); round += 1) {
      await replaceBy(other, one)
      await replaceBy(one, other)
    }
    const readings = (await Promise.all(loops.map(({ stop }) => stop()))).flat()
    const names = {
      [elsewhere + 7]: 'old or new',
      [elsewhere + 40]: 'old or new',
      [elsewhere]: 'absent',
      [elsewhere + 47]: 'mixed',
    }
    const lengths = windows.map(([from, to]) => to - from).sort((a, b) => a - b)
    const errors = new Set(readings.flatMap(({ found }) => (found instanceof Error ? [found.message] : [])))
    console.log(
      table.name,
      tally(readings, names),
      `unregistered: median ${lengths[lengths.length >> 1]?.toFixed(0)} ms, at most ${lengths.at(-1)?.toFixed(0)} ms`,
      [...errors],
    )
    const { absent = 0, failed = 0 } = tally(meanwhile(), names)
    expect(absent + failed).toBe(meanwhile().length)
    expect(meanwhile().length).toBeGreaterThan(0)
    const known = [...Object.values(names), 'failed']
    expect(Object.keys(tally(readings, names)).filter((name) => !known.includes(name))).toEqual([])
    expect(await countRows(table)).toBe(elsewhere + 7)
  },
  300_000,
)
