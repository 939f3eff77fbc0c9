import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { type Column, defineTable, quoteLiteral, type Table } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { type Lake, openLake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'

const columns = {
  event_timestamp: { type: 'timestamp' },
  power: { type: 'double' },
  note: { type: 'varchar', nullable: true },
} as const
const partitions = { event_date: { from: 'event_timestamp', by: 'day' } } as const
const site = defineTable({ name: 'site', columns, partitions })
const grown = defineTable({
  ...site,
  columns: { ...columns, torque: { type: 'real', nullable: true }, on: { type: 'boolean', nullable: true } },
})

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 0, day, hour))
const all = async (rows: AsyncIterable<unknown>) => {
  const found = []
  for await (const row of rows) found.push(row)
  return found
}

/** Runs work with the lake of a folder, opened with another definition of its table. */
async function reopened<T>(folder: string, table: Table, work: (lake: Lake) => Promise<T>): Promise<T> {
  const lake = await openLake({ cwd: folder, tables: [table] })
  try {
    return await work(lake)
  } finally {
    await lake.close()
  }
}

describe('a nullable column that is added after the last one', () => {
  const select = 'SELECT power, torque, "on", event_date FROM hive.iot_dw.site ORDER BY power'

  test.each([site, defineTable({ name: 'site', columns })])(
    'is NULL in older files and shown by new files in old partitions (table %#)',
    async (former) => {
      const { folder, lake } = await freshLake({ tables: [former] })
      await lake.write(former, [{ event_timestamp: at(1), power: 1.6 }])
      const { torque, on } = grown.columns
      const table = { ...former, columns: { ...former.columns, torque, on } }
      await reopened(folder, table, async (evolved) => {
        const sql = 'SELECT torque, typeof(torque) AS type, typeof("on") AS truth FROM hive.iot_dw.site'
        expect(await all(evolved.query(sql))).toEqual([{ torque: null, type: 'FLOAT', truth: 'BOOLEAN' }])
        await evolved.write(table, [{ event_timestamp: at(1, 5), power: 2, torque: 0.5, on: true }])
        const rows = await all(evolved.query(select.replace(', event_date', '')))
        expect(rows).toEqual([
          { power: 1.6, torque: null, on: null },
          { power: 2, torque: 0.5, on: true },
        ])
        const checks = await evolved.doctor()
        expect(checks.filter(({ state }) => state !== 'ok')).toEqual([])
      })
    },
  )

  test('does not affect files that wait in out: they are ingested', async () => {
    const { folder, lake } = await freshLake({ tables: [site] })
    await writeFile(join(folder, 'a.csv'), 'event_timestamp,power\n2026-01-01T00:00:00Z,1\n')
    await lake.stage(site, ['a.csv'])
    await reopened(folder, grown, async (evolved) => {
      await evolved.write(grown, [{ event_timestamp: at(2), power: 2, on: false }])
      expect(await evolved.ingest()).toMatchObject({ published: 1, failures: [] })
      expect(await all(evolved.query(select))).toEqual([
        { power: 1, torque: null, on: null, event_date: '2026-01-01' },
        { power: 2, torque: null, on: false, event_date: '2026-01-02' },
      ])
    })
  })
})

const { note, ...withoutNote } = columns
const { event_timestamp, power } = columns
const changes: [change: string, columns: Record<string, Column>, words: string][] = [
  ['another type', { ...columns, power: { type: 'integer' } }, 'column power expected INT32, got DOUBLE'],
  ['a wider type', { ...columns, note: { type: 'bigint', nullable: true } }, 'column note expected INT64'],
  ['another name', { ...withoutNote, remark: note }, 'the file has columns that the table lacks: note'],
  ['a missing column', withoutNote, 'the file has columns that the table lacks: note'],
  ['another order', { event_timestamp, note, power }, 'column 2 expected note, got power'],
  ['a column in the middle', { event_timestamp, torque: note, power, note }, 'column 2 expected torque'],
  ['a column that is not nullable', { ...columns, torque: { type: 'real' } }, 'column torque is missing'],
  ['a column no longer nullable', { ...columns, note: { type: 'varchar' } }, 'column note expected'],
  ['a column newly nullable', { ...columns, power: { ...power, nullable: true } }, 'column power expected'],
]

describe.each(changes)('%s', (_, changed, words) => {
  test('is refused by every command before it reads a value, with the fix', async () => {
    const { folder, lake } = await freshLake({ tables: [site] })
    await lake.write(site, [{ event_timestamp: at(1), power: 1.6, note: 'a' }])
    const csv = 'event_timestamp,power,note,torque,remark\n2026-01-02T00:00:00Z,1,1,1,1\n'
    await writeFile(join(folder, 'a.csv'), csv)
    const table = { ...site, columns: changed } as Table
    const sentence = new RegExp(
      `^\\S+/site/event_date=2026-01-01/write-\\w+\\.parquet does not fit table site: ${words}.*: a table only gains nullable columns after its last one by itself, so rewrite it in the shape of its definition with minilake rewrite --table site, or undo`,
    )
    await reopened(folder, table, async (other) => {
      await expect(all(other.query('SELECT 1 AS one FROM hive.iot_dw.site'))).rejects.toThrow(sentence)
      await expect(other.write(table, [])).rejects.toThrow(sentence)
      await expect(other.import(table, ['a.csv'])).rejects.toThrow(sentence)
      const where = "event_timestamp >= '2026-01-01'"
      for (const remove of [false, true])
        await expect(other.remove(table, { where, remove })).rejects.toThrow(sentence)
      expect((await other.register()).differences).toEqual([expect.stringMatching(sentence)])
      expect((await other.status()).tables[0]?.error?.message).toMatch(sentence)
      const failed = (await other.doctor()).filter(({ state }) => state === 'failed')
      expect(failed).toMatchObject([{ check: 'files', finding: expect.stringMatching(sentence) }])
      await other.stage(table, ['a.csv'], { ignoreExtra: true })
      const { published, failures } = await other.ingest()
      expect([published, failures.map(({ reason }) => reason)]).toEqual([
        0,
        [expect.stringMatching(sentence)],
      ])
    })
    expect(await all(lake.files(site))).toHaveLength(1)
  })
})

test('a change of a column that only the newest files have is found among many', async () => {
  const { folder, lake } = await freshLake({ tables: [site] })
  for (let day = 1; day <= 20; day++) await lake.write(site, [{ event_timestamp: at(day), power: day }])
  await reopened(folder, grown, (evolved) =>
    evolved.write(grown, [{ event_timestamp: at(3), power: 3, torque: 1 }]),
  )
  const table = {
    ...grown,
    columns: { ...grown.columns, torque: { type: 'integer', nullable: true } },
  } as Table
  await reopened(folder, table, async (other) => {
    await expect(all(other.query('SELECT 1 AS one'))).rejects.toThrow(
      'column torque expected INT32, got FLOAT',
    )
  })
})

describe('a file that another program wrote into the table', () => {
  const foreign = async (folder: string, select: string) => {
    const path = join(folder, 'lake/iot-time-series/site/event_date=2026-01-01/foreign.parquet')
    await mkdir(dirname(path), { recursive: true })
    const engine = duckDbEngine()
    await engine.execute(`COPY (SELECT ${select}) TO ${quoteLiteral(path)} (FORMAT parquet)`)
    await engine.close()
  }
  const time = "TIMESTAMP '2026-01-01 00:00:00' AS event_timestamp"

  test('may have more columns, which queries ignore', async () => {
    const { folder, lake } = await freshLake({ tables: [site] })
    await foreign(folder, `7 AS line, ${time}, 1.5::DOUBLE AS power`)
    const rows = await all(lake.query('SELECT power, note FROM hive.iot_dw.site'))
    expect(rows).toEqual([{ power: 1.5, note: null }])
    expect((await lake.doctor({ deep: true })).filter(({ state }) => state !== 'ok')).toEqual([])
  })

  test('is named when its types do not fit, with what to do about a foreign file', async () => {
    const { folder, lake } = await freshLake({ tables: [site] })
    await foreign(folder, `${time}, 1.5::FLOAT AS power`)
    const query = all(lake.query('SELECT power FROM hive.iot_dw.site'))
    await expect(query).rejects.toThrow(
      /foreign\.parquet does not fit table site: column power expected DOUBLE, got FLOAT: another program wrote it, so import it \(minilake import\) and remove it there, or correct the definition$/,
    )
  })
})
