import { defineTable } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeParquet } from '../src/index.js'
import { bytesOf, type DuckDbReader, openDuckDbReader } from './read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

const gauge = defineTable({
  name: 'gauge',
  columns: { number: { type: 'integer' }, level: { type: 'double' }, grade: { type: 'real' } },
})

/** Files that bounds without their NaN describe wrongly: rows, rows per row group, and the value of each row. */
const files: Record<string, [rows: number, rowGroupRows: number, valueOf: (row: number) => number]> = {
  'NaN and one other value': [10, 100, (row) => (row === 3 ? NaN : 5)],
  'NaN in one row group of ten': [100, 10, (row) => (row === 33 ? NaN : 5)],
  'nothing but NaN in one row group': [100, 10, (row) => (row >= 10 && row < 20 ? NaN : 5)],
  'nothing but NaN': [10, 100, () => NaN],
  'NaN in one page': [60_000, 1_000_000, (row) => (row === 30_000 ? NaN : 5 + Math.floor(row / 20_000))],
  'nothing but NaN in one page': [60_000, 1_000_000, (row) => (row >= 20_000 && row < 40_000 ? NaN : 5)],
}

/** Predicates, and what they mean in DuckDB: NaN equals NaN and is greater than every number. */
const predicates: Record<string, (value: number) => boolean> = {
  '= 5': (value) => value === 5,
  '<> 5': (value) => value !== 5,
  '< 6': (value) => value < 6,
  '<= 5': (value) => value <= 5,
  '> 5': (value) => value > 5 || Number.isNaN(value),
  '>= 7': (value) => value >= 7 || Number.isNaN(value),
  '> 1000': (value) => Number.isNaN(value),
  'BETWEEN 5 AND 6': (value) => value >= 5 && value <= 6,
  'IN (5, 7)': (value) => value === 5 || value === 7,
  "= CAST('NaN' AS DOUBLE)": (value) => Number.isNaN(value),
  'IS NOT NULL': () => true,
}

test.each(Object.entries(files))('DuckDB finds every row of %s', async (_, [rows, rowGroupRows, valueOf]) => {
  const values = Array.from({ length: rows }, (_, row) => valueOf(row))
  const columns = {
    number: Int32Array.from(values.keys()),
    level: Float64Array.from(values),
    grade: Float32Array.from(values),
  }
  const bytes = bytesOf(encodeParquet(gauge, [{ rowCount: rows, columns }], { rowGroupRows }))
  const counts = (column: string) => [
    ...Object.keys(predicates).map((predicate) => `count(*) FILTER (WHERE ${column} ${predicate})`),
    `count(*) FILTER (WHERE isnan(${column}))`,
  ]
  const expected = [
    ...Object.values(predicates).map((holds) => values.filter(holds).length),
    values.filter(Number.isNaN).length,
  ]
  for (const column of ['level', 'grade']) {
    const conditions = [
      ...Object.keys(predicates).map((predicate) => `${column} ${predicate}`),
      `isnan(${column})`,
    ]
    const found: unknown[] = []
    for (const condition of conditions)
      found.push(...(await duckDb.query(`SELECT count(*) FROM FILE WHERE ${condition}`, bytes)).flat())
    expect(
      Object.fromEntries(conditions.map((condition, index) => [condition, Number(found[index])])),
    ).toEqual(Object.fromEntries(conditions.map((condition, index) => [condition, expected[index]])))
    const [together] = await duckDb.query(`SELECT ${counts(column).join(', ')} FROM FILE`, bytes)
    expect(together!.map(Number)).toEqual(expected)
  }
  // DataFusion takes the bounds of other row groups for those of the file.
  for (const { columns: chunks } of parquetMetadata(bytes.buffer).row_groups) {
    const bounds = chunks.map(({ meta_data }) => meta_data!.statistics!.min_value !== undefined)
    expect(bounds).toEqual([true, false, false])
  }
})
