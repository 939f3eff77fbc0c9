import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTable, type Table } from '@minilake/schema'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { emptyLake, stackOptions, temporaryFolder } from '../running-stack.js'

const stack = inject('stack')
let folder: string
let remove: () => Promise<void>
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
beforeEach(() => emptyLake(stack))
afterAll(() => remove())

const columns = { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } } as const
const torque = { type: 'real', nullable: true, comment: "the shaft's torque" } as const
const daily = defineTable({
  name: 'site',
  columns,
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})
const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 0, day, hour))

async function all(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const found = []
  for await (const row of rows) found.push(row)
  return found
}

/** Runs work with a lake whose table has this definition. */
async function opened<T>(table: Table, work: (lake: Lake) => Promise<T>): Promise<T> {
  const lake = await openLake({ ...stackOptions(stack), tables: [table], cwd: folder })
  try {
    return await work(lake)
  } finally {
    await lake.close()
  }
}

test.each([daily, defineTable({ name: 'site', columns })])(
  'a nullable column is added in place: NULL in older files, and values of new files in old partitions (%#)',
  async (former) => {
    const file = join(folder, 'a.csv')
    await writeFile(file, 'event_timestamp,power\n2026-01-02T00:00:00Z,2\n')
    await opened(former, async (lake) => {
      await lake.write(former, [{ event_timestamp: at(1), power: 1.6 }])
      await lake.stage(former, [file])
    })
    const table = { ...former, columns: { ...columns, torque } }
    await opened(table, async (lake) => {
      const select = 'SELECT power, torque FROM hive.iot_dw.site ORDER BY power'
      const lacks = 'table hive.iot_dw.site lacks the column torque of its definition'
      await expect(all(lake.query(select))).rejects.toThrow(
        `${lacks}: minilake catalog --profile stack adds it`,
      )
      expect((await lake.doctor()).filter(({ state }) => state === 'failed')).toMatchObject([
        { check: 'tables', finding: lacks, fix: 'minilake catalog --profile stack' },
      ])
      expect((await lake.register()).changes).toEqual(['table hive.iot_dw.site: new column torque'])
      expect(await all(lake.query(select))).toEqual([{ power: 1.6, torque: null }])
      expect(await lake.register()).toMatchObject({ changes: [], differences: [] })

      await lake.ingest()
      await lake.write(table, [{ event_timestamp: at(1, 5), power: 3, torque: 0.5 }])
      expect(await all(lake.query(select))).toEqual([
        { power: 1.6, torque: null },
        { power: 2, torque: null },
        { power: 3, torque: 0.5 },
      ])
      expect((await lake.doctor()).filter(({ state }) => state !== 'ok')).toEqual([])
      const described = await all(lake.query('DESCRIBE hive.iot_dw.site'))
      expect(described).toContainEqual(expect.objectContaining({ Column: 'torque', Comment: torque.comment }))
    })
  },
  240_000,
)

test.each<[string, Table['columns'], string]>([
  ['another type', { ...columns, power: { type: 'integer' } }, 'column power expected INT32, got DOUBLE'],
  [
    'another name',
    { event_timestamp: columns.event_timestamp, load: torque },
    'columns that the table lacks: power',
  ],
  [
    'another order',
    { power: columns.power, event_timestamp: columns.event_timestamp },
    'column 1 expected power',
  ],
  ['a column that is not nullable', { ...columns, torque: { type: 'real' } }, 'column torque is missing'],
  [
    'a column newly nullable',
    { ...columns, power: { type: 'double', nullable: true } },
    'column power expected',
  ],
])('%s is refused before anything is written', async (_, changed, words) => {
  await opened(daily, (lake) => lake.write(daily, [{ event_timestamp: at(1), power: 1.6 }]))
  const table = { ...daily, columns: changed } as Table
  await opened(table, async (lake) => {
    const wayOut = 'a table only gains nullable columns .* minilake rewrite --table site'
    const sentence = new RegExp(`^s3://.*\\.parquet does not fit table site: .*${words}.*: ${wayOut}`)
    await expect(lake.write(table, [])).rejects.toThrow(sentence)
    expect(await lake.register()).toMatchObject({
      changes: [],
      differences: [expect.stringMatching(sentence)],
    })
    if (words === 'column power expected') return // Hive's columns are all nullable
    await expect(all(lake.query('SELECT * FROM hive.iot_dw.site'))).rejects.toThrow(
      /^table hive\.iot_dw\.site (expected the columns .*, got .*: a table only gains|lacks the column)/,
    )
    expect((await lake.status()).tables[0]?.error?.message).toMatch(/^table hive\.iot_dw\.site/)
  })
  await opened(daily, async (lake) => {
    expect(await all(lake.query('SELECT power FROM hive.iot_dw.site'))).toEqual([{ power: 1.6 }])
  })
})
