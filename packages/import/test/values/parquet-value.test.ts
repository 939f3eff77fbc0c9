import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type ColumnType, defineTable, quoteLiteral } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import type { ReadOptions } from '../../src/index.js'
import { readFiles, tempFolder } from '../read-files.js'
import { micros, turbine } from '../turbine.js'

/** Writes the result of a query to Parquet with DuckDB. */
async function parquetOf(query: string): Promise<string> {
  const path = join(await tempFolder(), 'a.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`COPY (${query}) TO ${quoteLiteral(path.replaceAll('\\', '/'))} (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return path
}

/** Reads one value of a Parquet column as a column type. Returns the reason if it is bad. */
async function readValue(value: string, type: ColumnType, options: ReadOptions = {}) {
  const table = defineTable({ name: 'one', columns: { v: { type, nullable: true } } })
  const { rows, report } = await readFiles(table, [await parquetOf(`SELECT ${value} AS v`)], {
    ...options,
    maxBadRows: 1,
  })
  return report.bad[0]?.reason ?? rows[0]?.[0]
}

const noon = micros('2026-07-01T12:00:00Z')

describe('a value of a Parquet column', () => {
  test.each<[string, ColumnType, ReadOptions, unknown]>([
    [`TIMESTAMPTZ '2026-07-01 12:00:00+00'`, 'timestamp', {}, noon],
    [`TIMESTAMPTZ '2026-07-01 12:00:00+00'`, 'timestamp', { zone: 'Europe/Berlin' }, noon],
    [`TIMESTAMP '2026-07-01 12:00:00'`, 'timestamp', { zone: 'UTC' }, noon],
    [`TIMESTAMP '2026-07-01 14:00:00'`, 'timestamp', { zone: 'Europe/Berlin' }, noon],
    [`TIMESTAMP_NS '2026-07-01 12:00:00.000000001'`, 'timestamp', { zone: 'UTC' }, noon],
    [
      `TIMESTAMP_NS '1969-12-31 23:59:59.999999999'`,
      'timestamp',
      { zone: 'UTC', years: [1900, 2100] },
      -1000n,
    ],
    [`TIMESTAMP_MS '2026-07-01 12:00:00'`, 'timestamp', { zone: 'UTC' }, noon],
    [`1782907200000::BIGINT`, 'timestamp', { timeFormat: 'epoch-ms' }, noon],
    [`1782907200::INTEGER`, 'timestamp', { timeFormat: 'epoch-s' }, noon],
    [`1782907200.25::DOUBLE`, 'timestamp', { timeFormat: 'epoch-s' }, noon + 250_000n],
    [`'2026-07-01T12:00:00Z'`, 'timestamp', {}, noon],
    [`DATE '2026-07-01'`, 'date', {}, 20635],
    [`'2026-07-01'`, 'date', {}, 20635],
    [`0.1::DOUBLE`, 'double', {}, 0.1],
    [`'nan'::DOUBLE`, 'double', {}, NaN],
    [`0.1::FLOAT`, 'double', {}, Math.fround(0.1)],
    [`1.25::DECIMAL(10,2)`, 'double', {}, 1.25],
    [`'1.25'`, 'double', {}, 1.25],
    [`7::UTINYINT`, 'double', {}, 7],
    [`9007199254740993::BIGINT`, 'double', {}, 'expected a number that 64 bits can hold'],
    [`0.1::DOUBLE`, 'real', {}, Math.fround(0.1)],
    [`1e300::DOUBLE`, 'real', {}, 'expected a number that 32 bits can hold'],
    [`5::DOUBLE`, 'integer', {}, 5],
    [`5.5::DOUBLE`, 'integer', {}, 'expected a whole number of 32 bits'],
    [`3000000000::BIGINT`, 'integer', {}, 'expected a whole number of 32 bits'],
    [`18446744073709551615::UBIGINT`, 'bigint', {}, 'expected a whole number of 64 bits'],
    [`3000000000::UINTEGER`, 'bigint', {}, 3_000_000_000n],
    [`true`, 'boolean', {}, 1],
    [`'a'`, 'varchar', {}, 'a'],
    [`42`, 'varchar', {}, '42'],
    [`UUID '00000000-0000-0000-0000-000000000001'`, 'varchar', {}, '00000000-0000-0000-0000-000000000001'],
    [`NULL::DOUBLE`, 'double', {}, null],
  ])('%s as %s with %j', async (value, type, options, expected) => {
    expect(await readValue(value, type, options)).toEqual(expected)
  })

  test.each<[string, ColumnType, string]>([
    [
      `TIMESTAMP '2026-07-01'`,
      'timestamp',
      'column v is TIMESTAMP, which cannot become v (timestamp): its times have no zone, so state it with `zone`',
    ],
    [
      `1::BIGINT`,
      'timestamp',
      'column v is BIGINT, which cannot become v (timestamp): state with `timeFormat` whether it is epoch-s, epoch-ms or epoch-us',
    ],
    [`DATE '2026-07-01'`, 'double', 'column v is DATE, which cannot become v (double)'],
    [`true`, 'double', 'column v is BOOLEAN, which cannot become v (double)'],
    [`[1]`, 'varchar', 'column v is INTEGER[], which cannot become v (varchar)'],
  ])('%s cannot become %s', async (value, type, message) => {
    await expect(readValue(value, type)).rejects.toThrow(message)
  })
})

test('rows keep their order, and bad rows are reported by number', async () => {
  const path = await parquetOf(
    `SELECT TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i) SECOND AS "Event_Timestamp", CASE WHEN i = 200000 THEN 'x' ELSE i::VARCHAR END AS power FROM range(300000) r(i)`,
  )
  const { rows, report } = await readFiles(turbine, [path], { maxBadRows: 1 })
  expect(rows).toHaveLength(299_999)
  expect(rows.every((row, index) => row[2] === (index < 200_000 ? index : index + 1))).toBe(true)
  expect(report.bad).toMatchObject([
    { line: 200_001, column: 'power', value: 'x', row: [expect.any(String), 'x'] },
  ])
})

test('columns can have any name', async () => {
  const path = await parquetOf(
    `SELECT 'x' AS p0, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS v0, 1.5 AS "c""1", 2 AS problem`,
  )
  const { rows } = await readFiles(turbine, [path], {
    map: { v0: 'event_timestamp', p0: 'site', 'c"1': 'power' },
    ignoreExtra: true,
  })
  expect(rows).toEqual([[micros('2026-01-01T00:00:00Z'), 'x', 1.5]])
})
