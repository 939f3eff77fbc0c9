import { freeSql, hourlyAverages } from '@minilake/analytics'
import { hiveSchema, hiveTable, icebergTable } from '@minilake/catalog'
import { defineTable, sqlTableName, type Table } from '@minilake/schema'
import { afterAll, beforeEach, expect, inject, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { emptyLake, engineOf, stackOptions, storeOf } from '../running-stack.js'
import { turbines } from './turbines.js'

const stack = inject('stack')
const engine = engineOf(stack)
const name = 'hive.iot_dw.turbines'

const open = (table: Table = turbines) =>
  openLake({ ...stackOptions(stack), tables: [table], maintainCredentials: stack.maintainer })
async function allOf<R>(found: AsyncIterable<R>): Promise<R[]> {
  const rows: R[] = []
  for await (const row of found) rows.push(row)
  return rows
}
const rowsOf = (sql: string) => allOf(engine.query(freeSql(sql)))
const storeAsAdministrator = () => storeOf({ ...stack, credentials: stack.administrator })
/** Fills the table with a reading per minute of some days, as an ingest would. */
const fill = (days: number) =>
  engine.execute(
    `INSERT INTO iceberg.iot_dw.turbines (event_timestamp, turbine_id, power, _batch) SELECT TIMESTAMP '2026-01-01 00:00:00' + minute * INTERVAL '1' MINUTE, 't1', CAST(minute AS DOUBLE), 'b' FROM UNNEST(sequence(0, ${days - 1})) d (day) CROSS JOIN UNNEST(sequence(day * 1440, day * 1440 + 1439)) m (minute)`,
  )

beforeEach(() => emptyLake(stack), 120_000)
afterAll(async () => {
  await emptyLake(stack)
  await engine.close()
}, 120_000)

test(
  'creates an Iceberg table, adds columns and comments, and reports nothing when run again',
  { timeout: 300_000 },
  async () => {
    const lake = await open()
    const { changes, differences } = await lake.register()
    expect(differences).toEqual([])
    expect(changes).toContain('table hive.iot_dw.turbines created')
    expect((await lake.register()).changes).toEqual([])
    expect((await lake.doctor()).find(({ check }) => check === 'tables')).toMatchObject({ state: 'ok' })
    await lake.close()

    const more = defineTable({
      ...turbines,
      columns: {
        ...turbines.columns,
        turbine_id: { type: 'varchar', comment: 'plant code' },
        at: { type: 'timestamp', nullable: true },
      },
    })
    const grown = await open(more)
    expect((await grown.register()).changes).toEqual([
      'table hive.iot_dw.turbines: new column at',
      'table hive.iot_dw.turbines: 1 new comment',
    ])
    expect((await grown.register()).changes).toEqual([])
    expect((await rowsOf(`DESCRIBE ${name}`)).map((row) => Object.values(row).slice(0, 2))).toEqual([
      ['event_timestamp', 'timestamp(6)'],
      ['turbine_id', 'varchar'],
      ['power', 'double'],
      ['_batch', 'varchar'],
      ['at', 'timestamp(6)'],
    ])
    await grown.close()

    const other = await open(
      defineTable({ ...turbines, columns: { ...turbines.columns, power: { type: 'bigint' } } }),
    )
    expect((await other.register()).differences).toEqual([
      expect.stringMatching(/an Iceberg table only gains nullable columns/),
    ])
    await other.close()
  },
)

test('names a table that exists in the other format, with the way out', { timeout: 300_000 }, async () => {
  const { format: _format, ...hive } = turbines
  await engine.execute(hiveSchema())
  await engine.execute(hiveTable(hive))
  const lake = await open()
  const sentence = `table ${name} expected the format 'iceberg', got a Hive table`
  expect((await lake.register()).differences).toEqual([expect.stringContaining(sentence)])
  await expect(allOf(lake.query('SELECT 1'))).rejects.toThrow(sentence)
  await expect(lake.drop(turbines, { remove: true })).rejects.toThrow(sentence)
  await lake.close()
  await engine.execute(`DROP TABLE ${sqlTableName(hive)}`)

  await engine.execute(icebergTable(turbines))
  const files = await open(hive)
  const other = `table ${name} expected the format 'hive', got an Iceberg table`
  expect((await files.register()).differences).toEqual([expect.stringContaining(other)])
  await expect(files.drop(hive, { remove: true })).rejects.toThrow(other)
  await files.close()
})

test('answers built-in queries, the status and drop under its one name', { timeout: 300_000 }, async () => {
  const lake = await open()
  await lake.register()
  await fill(3)
  const [from, to] = [new Date('2026-01-02T00:00:00Z'), new Date('2026-01-02T02:00:00Z')]
  const hours = await allOf(lake.query(hourlyAverages(turbines, ['power'], { from, to })))
  expect(hours.map((hour) => hour['avg_power'])).toEqual([1469.5, 1529.5])
  const [status] = (await lake.status()).tables
  expect(status?.lake).toMatchObject({ files: 3, rows: 4320n, first: new Date('2026-01-01T00:00:00Z') })
  expect(status?.lake.bytes).toBeGreaterThan(0)

  expect(await lake.drop(turbines)).toMatchObject({ isRegistered: true, isDropped: false, files: 0 })
  await lake.drop(turbines, { remove: true })
  await expect(rowsOf(`SELECT * FROM ${name}`)).rejects.toThrow('does not exist')
  const files = () => allOf(storeAsAdministrator().list('iot_dw/turbines/data/'))
  expect(await files()).toHaveLength(3)

  expect(await lake.register()).toMatchObject({
    changes: ['table hive.iot_dw.turbines registered again, with its snapshots'],
  })
  expect(await lake.register()).toMatchObject({ changes: [] })
  expect(await rowsOf(`SELECT count(*) AS n FROM ${name}`)).toEqual([{ n: 4320n }])
  expect(await lake.drop(turbines, { data: true, remove: true })).toMatchObject({ isDropped: true, files: 3 })
  expect(await files()).toEqual([])

  // What a DROP TABLE leaves that ends in the middle.
  await storeAsAdministrator().write('iot_dw/turbines/data/left.parquet', [Buffer.from('PAR1')])
  await expect(lake.register()).rejects.toThrow(
    /^table hive\.iot_dw\.turbines expected an empty folder .*: remove them with a client of S3/,
  )
  await storeAsAdministrator().remove('iot_dw/turbines/data/left.parquet')
  expect(await lake.register()).toMatchObject({ changes: ['table hive.iot_dw.turbines created'] })
  await lake.close()
})

test(
  'a day of 90 reads at most a sixtieth of the bytes, without a condition on event_date',
  { timeout: 300_000 },
  async () => {
    const lake = await open()
    await lake.register()
    await fill(90)
    await lake.close()
    const bytesOf = async (where: string) => {
      const [row] = await rowsOf(`EXPLAIN ANALYZE SELECT max(power), count(_batch) FROM ${name} ${where}`)
      const text = String(Object.values(row ?? {})[0])
      const [, amount = '', unit = ''] = /Physical input: ([\d.]+)([kM]?B)/.exec(text) ?? []
      return Number(amount) * ({ B: 1, kB: 1e3, MB: 1e6 }[unit] ?? NaN)
    }
    const all = await bytesOf('')
    const day = await bytesOf(
      `WHERE event_timestamp >= TIMESTAMP '2026-02-01 00:00:00' AND event_timestamp < TIMESTAMP '2026-02-02 00:00:00'`,
    )
    console.log(`one day read ${day} of ${all} bytes`)
    expect(day).toBeGreaterThan(0)
    expect(all / day).toBeGreaterThanOrEqual(60)
  },
)
