import { gzipSync } from 'node:zlib'
import { defineTable } from '@minilake/schema'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadOptions } from '../../src/index.js'
import { filesWith, readFiles, readText, tempFolder } from '../read-files.js'
import { micros } from '../turbine.js'

const times = defineTable({ name: 't', columns: { t: { type: 'timestamp' } } })
const read = async (text: string, options: ReadOptions = {}) =>
  (await readText(times, 'a.csv', `t\n"${text}"\n`, options)).rows[0]?.[0]

test.each<[string, ReadOptions, string]>([
  ['1577836800123456789', { timeFormat: 'epoch-ns' }, '2020-01-01T00:00:00.123Z'],
  ['1.577836800123e9', { timeFormat: 'epoch-s' }, '2020-01-01T00:00:00.123Z'],
  ['1.5778368E+12', { timeFormat: 'epoch-ms' }, '2020-01-01T00:00:00Z'],
  ['2020-01-01 24:00:00', { zone: 'UTC' }, '2020-01-02T00:00:00Z'],
  ['2020-01-01 24:00', { zone: 'UTC' }, '2020-01-02T00:00:00Z'],
  ['2020-01-01T24:00Z', {}, '2020-01-02T00:00:00Z'],
  ['2020-01-01 02:00:00 +0200', {}, '2020-01-01T00:00:00Z'],
  ['2020-01-01 02:00:00.5 +02:00', {}, '2020-01-01T00:00:00.5Z'],
  ['2020-01-01 00:00:00,5', { zone: 'UTC' }, '2020-01-01T00:00:00.5Z'],
  ['2020-01-01T00:00:00,123Z', {}, '2020-01-01T00:00:00.123Z'],
])('%j with %j is a time', async (text, options, time) => {
  expect(await read(text, options)).toBe(micros(time))
})

test.each<[string, ReadOptions]>([
  ['2020-01-01 24:00:01', { zone: 'UTC' }],
  ['2020-01-01 24:30', { zone: 'UTC' }],
  ['2020-01-01 00:00:00 +0200', { zone: 'UTC' }],
  ['1577836800123456789.5', { timeFormat: 'epoch-ns' }],
  ['1577836800123456789', { timeFormat: 'epoch-ns', strictTime: true }],
  ['2020-01-01 00:00:00,1234567', { zone: 'UTC', strictTime: true }],
])('%j with %j is no time', async (text, options) => {
  await expect(read(text, options)).rejects.toThrow()
})

test('any nanoseconds are floored to milliseconds, and counted', async () => {
  const nanos = fc.bigInt({ min: 631_152_000n * 10n ** 9n, max: 4_102_444_800n * 10n ** 9n })
  await fc.assert(
    fc.asyncProperty(fc.array(nanos, { minLength: 1 }), async (all) => {
      const { rows, report } = await readText(times, 'a.csv', `t\n${all.join('\n')}\n`, {
        timeFormat: 'epoch-ns',
      })
      expect(rows).toEqual(all.map((time) => [(time / 1_000_000n) * 1000n]))
      expect(report.flooredTimes).toBe(all.filter((time) => time % 1_000_000n !== 0n).length)
    }),
    { numRuns: 15 },
  )
})

const packed: [string, Buffer, string][] = [
  ['a.zip', Buffer.from('PK\x03\x04...'), 'is a zip archive: expected CSV, NDJSON or Parquet'],
  ['a.xlsx', Buffer.from('PK\x03\x04...[Content_Types].xml'), 'is a spreadsheet: expected CSV'],
  ['a.csv.xz', Buffer.from('\xfd7zXZ\0...', 'latin1'), 'is packed with xz: '],
  ['a.csv.bz2', Buffer.from('BZh91AY&SY'), 'is packed with bzip2: '],
  ['a.csv.zst', Buffer.from('(\xb5/\xfd...', 'latin1'), 'is packed with zstd: '],
  ['a.csv.gz', gzipSync('PK\x03\x04...'), 'is a zip archive: '],
]

test.each(packed)('%s is named as what it is', async (name, bytes, message) => {
  await expect(readText(times, name, bytes)).rejects.toThrow(message)
})

async function parquetOf(query: string): Promise<string> {
  const path = `${await tempFolder()}/a.parquet`.replaceAll('\\', '/')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return path
}

test('bytes in Parquet are read as a text in UTF-8, other bytes are a bad row', async () => {
  const table = defineTable({ name: 't', columns: { v: { type: 'varchar', nullable: true } } })
  const path = await parquetOf(`SELECT unnest(['P-101'::BLOB, '\\xC3\\xBC'::BLOB, '\\xFF'::BLOB, NULL]) AS v`)
  const { rows, report } = await readFiles(table, [path], { maxBadRows: 1 })
  expect(rows).toEqual([['P-101'], ['ü'], [null]])
  expect(report.bad).toMatchObject([{ line: 3, column: 'v', reason: 'expected a text in UTF-8' }])
})

test('a date in Parquet is midnight of the stated zone', async () => {
  const path = await parquetOf(`SELECT DATE '2020-01-01' AS t`)
  expect((await readFiles(times, [path], { zone: '+01:00' })).rows).toEqual([
    [micros('2019-12-31T23:00:00Z')],
  ])
  await expect(readFiles(times, [path])).rejects.toThrow('its times have no zone, so state it with `zone`')
})

test('a file may be text after all', async () => {
  const [path] = await filesWith({ 'a.csv': 'BZh9\n1\n' })
  const table = defineTable({ name: 't', columns: { bzh9: { type: 'integer' } } })
  expect((await readFiles(table, [path as string])).rows).toEqual([[1]])
})
