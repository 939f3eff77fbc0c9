import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { duckDbStatements } from '@minilake/catalog'
import {
  dataFileKey,
  defineTable,
  numberLiteral,
  pump,
  pumpDaily,
  quoteIdentifier,
  quoteLiteral,
  type Table,
} from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

// A folder whose name is a glob, and one that the glob would match. Windows does not allow * ? " in names.
const [weirdName, matchedName] =
  process.platform === 'win32'
    ? [`we[i]r'd {la};ke, ä`, `weir'd {la};ke, ä`]
    : [`we[i]r*d? 'la;ke", {ä}`, `weirXdY 'la;ke", {ä}`]

// Runs a test with an in-memory DuckDB and a temporary folder.
async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-catalog-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  onTestFinished(async () => {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  })
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  const setUp = async (tables: readonly Table[], root: string, emptyTables: string[] = []) => {
    for (const statement of duckDbStatements(tables, { root, emptyTables })) await connection.run(statement)
  }
  return { folder, connection, rows, setUp }
}

async function writeParquet(connection: DuckDBConnection, path: string, select: string) {
  await mkdir(dirname(path), { recursive: true })
  await connection.run(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet)`)
}

// Writes a file with one reading of a pump.
const reading = (pressure: number) =>
  `SELECT TIMESTAMP '2026-01-01 00:00:00' AS event_timestamp, ${pressure}.0::DOUBLE AS pressure, 2.0::DOUBLE AS velocity, 3.0::DOUBLE AS speed`

const pressures = 'SELECT pressure FROM hive.iot_dw.pump ORDER BY pressure'

describe('the views of a lake in DuckDB', () => {
  it('read exactly the files of a table', async () => {
    const { folder, connection, rows, setUp } = await open()
    for (const [index, key] of [
      'pump/a.parquet',
      'pump/b.parquet',
      'pump/_hidden.parquet',
      'pump/.hidden.parquet',
      'pump/c.parquet.tmp',
      'pump/further/d.parquet',
      'pump_other/e.parquet',
      '_truth/pump/f.parquet',
    ].entries()) {
      await writeParquet(connection, join(folder, key), reading(index))
    }
    await setUp([pump], folder)
    expect(await rows(pressures)).toEqual([[0], [1]])
  })

  it('read a lake in a folder with any name', async () => {
    const { folder, connection, rows, setUp } = await open()
    const root = join(folder, weirdName)
    await writeParquet(connection, join(root, 'pump', '2026-01-01.parquet'), reading(1))
    await writeParquet(connection, join(folder, matchedName, 'pump', 'a.parquet'), reading(2))
    await setUp([pump], root)
    expect(await rows(pressures)).toEqual([[1]])
  })

  it('read a lake below a folder that looks like a partition', async () => {
    const { folder, connection, rows, setUp } = await open()
    const root = join(folder, 'speed=9', 'event_date=never')
    await writeParquet(connection, join(root, 'pump', 'a.parquet'), reading(1))
    await setUp([pump], root)
    expect(await rows('SELECT speed FROM hive.iot_dw.pump')).toEqual([[3]])
  })

  it('take partition values only from folders below the table', async () => {
    const { folder, connection, rows, setUp } = await open()
    const root = join(folder, 'event_date=2020-01-01', 'pressure=9', 'pump_daily', 'event_date=2019-01-01')
    const key = (event_date: string) => dataFileKey(pumpDaily, { name: 'a', partition: { event_date } })
    const values = ['2026-01-01', "a/b=c %41 + 'x'"]
    for (const [index, value] of values.entries())
      await writeParquet(
        connection,
        join(root, key(value)),
        `SELECT *, 'p' AS pump_id FROM (${reading(index)})`,
      )
    await mkdir(join(root, 'pump_daily', 'event_date=2026-01-02'))
    await writeFile(join(root, key('2026-01-02')), 'no Parquet')
    await setUp([pumpDaily], root)
    const read = 'SELECT pressure, event_date, typeof(event_date) FROM hive.iot_dw.pump_daily'
    // The damaged file is not opened: its partition is excluded.
    expect(await rows(`${read} WHERE event_date <> '2026-01-02' ORDER BY pressure`)).toEqual(
      values.map((value, index) => [index, value, 'VARCHAR']),
    )
  })

  it('take partition values from folders below the table, if the table has a column called filename', async () => {
    const { folder, connection, rows, setUp } = await open()
    const table = defineTable({
      name: 'log',
      columns: { at: { type: 'timestamp' }, filename: { type: 'varchar' } },
      partitions: { day: { from: 'at', by: 'day' }, again: { from: 'at', by: 'day' } },
    })
    const root = join(folder, 'day=2020-01-01')
    const partition = { day: '2026-01-01', again: '2026-01-02' }
    const select = `SELECT TIMESTAMP '2026-01-01' AS "at", 'x' AS filename`
    await writeParquet(connection, join(root, dataFileKey(table, { name: 'a', partition })), select)
    await setUp([table], root)
    expect(await rows('SELECT filename, day, again FROM hive.iot_dw.log')).toEqual([
      ['x', '2026-01-01', '2026-01-02'],
    ])
  })

  it('read only the given files of a table', async () => {
    const { folder, connection, rows } = await open()
    for (const [index, key] of ['pump/a.parquet', 'pump/b [1].parquet', 'pump/c.parquet'].entries())
      await writeParquet(connection, join(folder, key), reading(index))
    const setUp = async (keys: string[]) => {
      const files = new Map([['pump', keys]])
      for (const statement of duckDbStatements([pump], { root: folder, files }))
        await connection.run(statement)
    }
    await setUp(['pump/a.parquet', 'pump/b [1].parquet'])
    expect(await rows(pressures)).toEqual([[0], [1]])
    await setUp([])
    expect(await rows(pressures)).toEqual([])
  })

  it('match columns by name, not by position', async () => {
    const { folder, connection, rows, setUp } = await open()
    const turned = `SELECT speed, pressure, event_timestamp, velocity, 7 AS more FROM (${reading(1)})`
    await writeParquet(connection, join(folder, 'pump', 'a.parquet'), turned)
    await writeParquet(connection, join(folder, 'pump', 'b.parquet'), reading(2))
    await setUp([pump], folder)
    expect(await rows('SELECT * FROM hive.iot_dw.pump ORDER BY pressure')).toEqual([
      ['2026-01-01 00:00:00', 1, 2, 3],
      ['2026-01-01 00:00:00', 2, 2, 3],
    ])
  })

  it('return NULL where a file lacks a nullable column, which may have been added later', async () => {
    const { folder, connection, rows, setUp } = await open()
    const grown = defineTable({
      name: 'grown',
      columns: { a: { type: 'integer' }, b: { type: 'double', nullable: true } },
    })
    await writeParquet(connection, join(folder, 'grown', 'a.parquet'), 'SELECT 1 AS a')
    await writeParquet(connection, join(folder, 'grown', 'b.parquet'), 'SELECT 2.5::DOUBLE AS b, 2 AS a')
    await setUp([grown], folder)
    expect(await rows('SELECT * FROM hive.iot_dw.grown ORDER BY a')).toEqual([
      [1, null],
      [2, 2.5],
    ])
  })

  it('return a typed NULL where no file has a nullable column yet', async () => {
    const { folder, connection, rows, setUp } = await open()
    const columns = {
      a: { type: 'integer' },
      b: { type: 'double', nullable: true },
      c: { type: 'real', nullable: true },
      d: { type: 'date', nullable: true },
    } as const
    await writeParquet(connection, join(folder, 'grown', 'a.parquet'), 'SELECT 1 AS a')
    await setUp([defineTable({ name: 'grown', columns })], folder)
    const types = ['b', 'c', 'd'].map((name) => `typeof(${name})`).join(', ')
    expect(await rows(`SELECT *, ${types} FROM hive.iot_dw.grown`)).toEqual([
      [1, null, null, null, 'DOUBLE', 'FLOAT', 'DATE'],
    ])
    expect(await rows(`SELECT a FROM hive.iot_dw.grown WHERE b > 1`)).toEqual([])
  })

  it.each([true, false])('never round or cast a value of another type (nullable: %s)', async (nullable) => {
    const { folder, connection, rows, setUp } = await open()
    const whole = defineTable({
      name: 'whole',
      columns: { a: { type: 'integer', nullable }, b: { type: 'double' } },
    })
    await writeParquet(
      connection,
      join(folder, 'whole', 'a.parquet'),
      'SELECT 1.6::DOUBLE AS a, 2::DOUBLE AS b',
    )
    if (nullable)
      await writeParquet(connection, join(folder, 'whole', 'b.parquet'), 'SELECT 1 AS a, 2::DOUBLE AS b')
    await setUp([whole], folder)
    await expect(rows('SELECT a FROM hive.iot_dw.whole')).rejects.toThrow(
      'column a of table whole expected files with the type INTEGER, got DOUBLE',
    )
    expect(await rows('SELECT DISTINCT b FROM hive.iot_dw.whole')).toEqual([[2]])
  })

  it('push filters on columns and partitions down to the files', async () => {
    const { folder, connection, rows, setUp } = await open()
    const daily = defineTable({
      name: 'daily',
      columns: { t: { type: 'timestamp' }, a: { type: 'double', nullable: true } },
      partitions: { event_date: { from: 't', by: 'day' } },
    })
    for (const event_date of ['2026-01-01', '2026-01-02'])
      await writeParquet(
        connection,
        join(folder, dataFileKey(daily, { name: 'a', partition: { event_date } })),
        `SELECT TIMESTAMP '${event_date}' AS t, 1::DOUBLE AS a`,
      )
    await setUp([daily], folder)
    const plan = await rows(
      `EXPLAIN SELECT t FROM hive.iot_dw.daily WHERE event_date = '2026-01-02' AND a > 0`,
    )
    expect(JSON.stringify(plan)).toContain('a>0.0')
    expect(JSON.stringify(plan)).toContain('1/2')
  })

  it('do not open files of partitions that a query excludes', async () => {
    const { folder, connection, rows, setUp } = await open()
    const key = (day: string) => dataFileKey(pumpDaily, { name: 'pump-0007', partition: { event_date: day } })
    const query = `SELECT *, 'pump-0007' AS pump_id FROM (${reading(1)})`
    await writeParquet(connection, join(folder, key('2026-01-01')), query)
    await mkdir(join(folder, 'pump_daily', 'event_date=2026-01-02'))
    await writeFile(join(folder, key('2026-01-02')), 'no Parquet')
    await setUp([pumpDaily], folder)
    const count = 'SELECT count(pressure)::INTEGER FROM hive.iot_dw.pump_daily'
    expect(await rows(`${count} WHERE event_date <= '2026-01-01'`)).toEqual([[1]])
    await expect(rows(count)).rejects.toThrow('event_date=2026-01-02')
  })

  it('include files that are added later', async () => {
    const { folder, connection, rows, setUp } = await open()
    await writeParquet(connection, join(folder, 'pump', 'a.parquet'), reading(1))
    await setUp([pump], folder)
    await writeParquet(connection, join(folder, 'pump', 'b.parquet'), reading(2))
    expect(await rows(pressures)).toEqual([[1], [2]])
  })

  it("have the table's columns and types, with or without files", async () => {
    const { folder, connection, rows, setUp } = await open()
    const types = [
      ['event_timestamp', 'TIMESTAMP'],
      ['pressure', 'DOUBLE'],
      ['velocity', 'DOUBLE'],
      ['speed', 'DOUBLE'],
      ['pump_id', 'VARCHAR'],
      ['event_date', 'VARCHAR'],
    ]
    const described = 'SELECT column_name, column_type FROM (DESCRIBE hive.iot_dw.pump_daily)'
    await setUp([pumpDaily], folder, ['pump_daily'])
    expect(await rows(described)).toEqual(types)
    expect(await rows('SELECT * FROM hive.iot_dw.pump_daily')).toEqual([])

    // Run again once there are files, the statements point to them.
    const key = dataFileKey(pumpDaily, { name: 'pump-0007', partition: { event_date: '2026-01-01' } })
    await writeParquet(connection, join(folder, key), `SELECT *, 'pump-0007' AS pump_id FROM (${reading(1)})`)
    await setUp([pumpDaily], folder)
    expect(await rows(described)).toEqual(types)
    expect(await rows('SELECT pump_id, event_date FROM hive.iot_dw.pump_daily')).toEqual([
      ['pump-0007', '2026-01-01'],
    ])
  })

  it("read each partition's value from its folder, as text, even if it looks like a number", async () => {
    const { folder, connection, rows, setUp } = await open()
    const values = ['2026-01-01', '20260102', "a/b=c %41 'x'"]
    for (const [index, event_date] of values.entries()) {
      const key = dataFileKey(pumpDaily, { name: 'pump-0001', partition: { event_date } })
      await writeParquet(connection, join(folder, key), `SELECT *, 'p' AS pump_id FROM (${reading(index)})`)
    }
    await writeParquet(connection, join(folder, 'pump_daily', 'stray.parquet'), reading(9))
    await setUp([pumpDaily], folder)
    const read =
      'SELECT pressure, event_date, typeof(event_date) FROM hive.iot_dw.pump_daily ORDER BY pressure'
    expect(await rows(read)).toEqual(values.map((value, index) => [index, value, 'VARCHAR']))
  })

  it('have the comments, apostrophes included', async () => {
    const { folder, rows, setUp } = await open()
    const turbine = defineTable({
      name: 'turbine',
      comment: "the plant's turbines",
      columns: { power: { type: 'double', comment: `the shaft's "power", kW` } },
    })
    await setUp([turbine], folder, ['turbine'])
    expect(await rows(`SELECT comment FROM duckdb_views() WHERE view_name = 'turbine'`)).toEqual([
      ["the plant's turbines"],
    ])
    expect(await rows(`SELECT comment FROM duckdb_columns() WHERE table_name = 'turbine'`)).toEqual([
      [`the shaft's "power", kW`],
    ])
  })

  it('can be created again', async () => {
    const { folder, connection, rows, setUp } = await open()
    await writeParquet(connection, join(folder, 'pump', 'a.parquet'), reading(1))
    await setUp([pump, pumpDaily], folder, ['pump_daily'])
    await setUp([pump, pumpDaily], folder, ['pump_daily'])
    expect(await rows(pressures)).toEqual([[1]])
  })
})

// Checked in DuckDB itself, not only by the rules of SQL text.
describe('literals and names in DuckDB', () => {
  it('keep every number, to its last bit', async () => {
    const { connection } = await open()
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    const numbers = [
      ...[0.1, 150, 150.5, 0.9556016856124279, 0.18068736390029438, 2 ** 53, 2 ** 63, 1e19, 1e21, 5e-324],
      ...fc.sample(finite, 300),
      ...fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), 300),
    ]
    const literals = numbers.map((number) => `CAST(${numberLiteral(number)} AS DOUBLE)`)
    const [row] = (await connection.runAndReadAll(`SELECT ${literals.join(', ')}`)).getRows()
    expect(row?.map((value, index) => [numbers[index], value === numbers[index]])).toEqual(
      numbers.map((number) => [number, true]),
    )
  })

  it('keep every text', async () => {
    const { connection } = await open()
    const text = fc
      .oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom("'", '"', '\\', ';', '-', '$') }),
      )
      .filter((value) => !value.includes('\0'))
    const texts = fc.sample(text, 300)
    const [row] = (await connection.runAndReadAll(`SELECT ${texts.map(quoteLiteral).join(', ')}`)).getRows()
    expect(row).toEqual(texts)
    for (const name of texts.filter((value) => value !== '').slice(0, 50)) {
      const result = await connection.run(`SELECT 1 AS ${quoteIdentifier(name)}`)
      expect(result.columnNames()).toEqual([name])
    }
  })
})
