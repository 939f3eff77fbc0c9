import { freeSql } from '@minilake/analytics'
import { s3Store } from '@minilake/ingest/s3'
import { defineTable, type Table } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { rewriteTable } from '../../src/rewrite/rewrite-table.js'
import { dyingAfter } from '../dying-store.js'
import { emptyLake, engineOf, stackBackend, stackOptions, temporaryFolder } from '../running-stack.js'

const stack = inject('stack')
let folder: string
let remove: () => Promise<void>
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
beforeEach(() => emptyLake(stack))
afterAll(() => remove())

const columns = {
  event_timestamp: { type: 'timestamp' },
  power: { type: 'real' },
  starts: { type: 'integer', nullable: true },
} as const
const site = defineTable({
  name: 'site',
  columns,
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})
const plain = defineTable({ name: 'site', columns })
const at = (day: number) => new Date(Date.UTC(2026, 0, day))
const rows = [1, 2, 3].map((day) => ({ event_timestamp: at(day), power: day + 0.5, starts: day }))
const changed = {
  event_timestamp: columns.event_timestamp,
  starts: { type: 'bigint', nullable: true },
  load: { type: 'double' },
} as const
const map = { power: 'load' }
const read = rows.map(({ power, starts }) => ({ load: power, starts: BigInt(starts) }))

async function all(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const found = []
  for await (const row of source) found.push(row)
  return found
}
const select = (lake: Lake) => all(lake.query('SELECT load, starts FROM hive.iot_dw.site ORDER BY load'))

/** Runs work with a lake whose table has this definition. */
async function opened<T>(table: Table, work: (lake: Lake) => Promise<T>): Promise<T> {
  const options = { ...stackOptions(stack), maintainCredentials: stack.maintainer }
  const lake = await openLake({ ...options, tables: [table], cwd: folder })
  try {
    return await work(lake)
  } finally {
    await lake.close()
  }
}

test.each([site, plain])(
  'Trino reads the new shape after a rewrite, and a second one changes nothing (%#)',
  async (former) => {
    await opened(former, (lake) => lake.write(former, rows))
    const table = { ...former, columns: changed } as Table
    await opened(table, async (lake) => {
      await expect(select(lake)).rejects.toThrow('minilake rewrite --table site')
      const files = former === plain ? 1 : 3
      expect(await lake.rewrite(table, { map })).toMatchObject({ files, rows: 3, isRewritten: false })
      const { catalog } = await lake.rewrite(table, { map, rewrite: true })
      expect(catalog?.changes[0]).toBe('table hive.iot_dw.site created')
      expect(await select(lake)).toEqual(read)
      const again = await lake.rewrite(table, { map, rewrite: true })
      expect(again).toMatchObject({ files: 0, unchanged: files, catalog: { changes: [], differences: [] } })
      expect((await lake.doctor()).filter(({ state }) => state !== 'ok')).toEqual([])
      expect(await lake.verify()).toMatchObject([{ differences: [], unreadable: [] }])
    })
  },
  240_000,
)

test('a process that dies in the middle is completed, and nothing reads the table until then', async () => {
  await opened(site, (lake) => lake.write(site, rows))
  const table = { ...site, columns: changed } as Table
  const signal = new AbortController().signal
  const { bucket, endpoint, maintainer: credentials } = stack
  const maintaining = s3Store({ bucket, endpoint, credentials })
  const { maintenance: _maintenance, ...backend } = await stackBackend([table], stack)
  const rewrite = (store: LakeStore, resumeAfterSeconds: number) => {
    const lake = { ...backend, store, resumeAfterSeconds }
    return rewriteTable(table, lake, { map, rewrite: true, duckDb: {}, signal })
  }
  let refusals = 0
  for (const after of [0, 1, 3, 5]) {
    await expect(rewrite(dyingAfter(maintaining, after).dying, 0)).rejects.toThrow('died')
    await opened(table, async (lake) => {
      const failure = await select(lake).catch((error: unknown) => String(error))
      if (failure.includes('minilake rewrite --table site')) refusals += 1
      await expect(lake.write(table, [])).rejects.toThrow('minilake rewrite --table site')
    })
  }
  expect(refusals).toBe(4)
  await rewrite(maintaining, 0)
  await opened(table, async (lake) => {
    expect(await select(lake)).toEqual(read)
    expect((await lake.doctor()).filter(({ state }) => state !== 'ok')).toEqual([])
  })
}, 240_000)

test('a table under the same name whose files Trino manages is left alone', async () => {
  await opened(site, (lake) => lake.write(site, rows))
  const engine = engineOf(stack)
  await engine.execute('DROP TABLE hive.iot_dw.site')
  await engine.execute('CREATE TABLE hive.iot_dw.site AS SELECT 1 AS one')
  await engine.close()
  const table = { ...site, columns: changed } as Table
  await opened(table, async (lake) => {
    await expect(lake.rewrite(table, { map, rewrite: true })).rejects.toThrow(
      /^nothing was rewritten: table hive\.iot_dw\.site expected an external table over .*, got one whose files Trino manages/,
    )
  })
  const after = engineOf(stack)
  expect(await all(after.query(freeSql('SELECT one FROM hive.iot_dw.site')))).toEqual([{ one: 1 }])
  await after.close()
}, 240_000)

test('a key that may not remove is named before anything changes', async () => {
  await opened(site, (lake) => lake.write(site, rows))
  const table = { ...site, columns: changed } as Table
  const lake = await openLake({ ...stackOptions(stack), tables: [table], cwd: folder })
  await expect(lake.rewrite(table, { map, rewrite: true })).rejects.toThrow(/lacks the right s3:DeleteObject/)
  await lake.close()
  await opened(site, async (former) => {
    expect(await all(former.query('SELECT count(*) AS n FROM hive.iot_dw.site'))).toEqual([{ n: 3n }])
  })
}, 240_000)
