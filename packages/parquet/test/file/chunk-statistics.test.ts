import { type Batch, defineTable } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { readColumnIndex } from 'hyparquet/src/indexes.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeParquet } from '../../src/index.js'
import { batchOf, everyType } from '../every-type.js'
import { bytesOf, type DuckDbReader, openDuckDbReader } from '../read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

describe('pages', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { time: { type: 'timestamp' }, level: { type: 'double', nullable: true } },
  })

  test('are pruned by their bounds without losing rows, with a page of nulls in between', async () => {
    const rowCount = 70_000
    const batch: Batch<typeof gauge> = {
      rowCount,
      columns: {
        time: BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(row) * 1_000_000n),
        level: Float64Array.from({ length: rowCount }, (_, row) => Math.floor(row / 10)),
      },
      nulls: {
        level: Uint8Array.from({ length: rowCount }, (_, row) => (row >= 20_000 && row < 40_000 ? 1 : 0)),
      },
    }
    const bytes = bytesOf(encodeParquet(gauge, [batch]))
    const count = async (condition: string) =>
      (await duckDb.query(`SELECT count(*) FROM FILE WHERE ${condition}`, bytes))[0]![0]
    expect(await count('level IS NULL')).toBe(20_000n)
    expect(await count('level = 5000')).toBe(10n)
    expect(await count("time >= TIMESTAMP '1970-01-01 12:00:00'")).toBe(BigInt(rowCount - 12 * 3600))
    const [group] = parquetMetadata(bytes.buffer).row_groups
    const indexes = group!.columns.map(({ column_index_offset, column_index_length }) =>
      readColumnIndex(
        {
          view: new DataView(bytes.buffer, Number(column_index_offset), column_index_length as number),
          offset: 0,
        },
        { name: '', type: 'INT64' },
      ),
    )
    expect(indexes.map(({ null_pages }) => null_pages)).toEqual([
      [false, false, false, false],
      [false, true, false, false],
    ])
    expect(indexes.map(({ boundary_order }) => boundary_order)).toEqual(['ASCENDING', 'ASCENDING'])
  })
})

describe('statistics', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { level: { type: 'double', nullable: true }, grade: { type: 'real' } },
  })
  const statisticsOf = (levels: (number | null)[], grades = levels.map(() => 1)) => {
    const batch = batchOf(
      gauge,
      levels.map((level, row) => [level, grades[row]!]),
    )
    const [group] = parquetMetadata(bytesOf(encodeParquet(gauge, [batch])).buffer).row_groups
    return group!.columns.map(({ meta_data }) => {
      const { min_value, max_value, null_count } = meta_data!.statistics!
      return { min: min_value, max: max_value, nulls: null_count }
    })
  }

  test('are the minimum, the maximum and the number of nulls', () => {
    expect(statisticsOf([3, null, -7, 5.5], [2, 8, 0.5, 1])).toEqual([
      { min: -7, max: 5.5, nulls: 1n },
      { min: 0.5, max: 8, nulls: 0n },
    ])
  })

  test('have no bounds for values with a NaN, at any position', () => {
    for (const levels of [
      [NaN, 1, 2],
      [1, NaN, 2],
      [2, 1, NaN],
    ]) {
      expect(statisticsOf(levels, levels)).toEqual(
        Array(2).fill({ min: undefined, max: undefined, nulls: 0n }),
      )
    }
  })

  test('have no bounds for nothing but NaN or null', () => {
    expect(statisticsOf([NaN, NaN])[0]).toEqual({ min: undefined, max: undefined, nulls: 0n })
    expect(statisticsOf([null, null])[0]).toEqual({ min: undefined, max: undefined, nulls: 2n })
  })

  test('include infinities', () => {
    expect(statisticsOf([1, Infinity, -Infinity])[0]).toMatchObject({ min: -Infinity, max: Infinity })
  })

  // Parquet's rule: a min of 0 is written as −0 and a max of −0 as 0, because writers and readers order them differently.
  test('widen zeros, so that neither 0 nor −0 is pruned', () => {
    for (const zeros of [
      [0, 0],
      [-0, -0],
      [0, -0],
    ]) {
      const [level] = statisticsOf(zeros)
      expect(level).toEqual({ min: -0, max: 0, nulls: 0n })
    }
  })

  test('cover each column type', () => {
    const batch = batchOf(everyType, [
      [-5n, -3, 1, 1, -(2n ** 63n), -7, false, '\uFFFD', 1n, 1, 1, 1, 1n, 1, true, 'b'],
      [7n, 4, 2, 2, 2n ** 63n - 1n, 9, true, '\u{1F600}', null, null, null, null, null, null, null, null],
    ])
    const parsers = {
      timestampFromMicroseconds: (micros: bigint) => micros,
      dateFromDays: (days: number) => days,
    }
    const [group] = parquetMetadata(bytesOf(encodeParquet(everyType, [batch])).buffer, { parsers }).row_groups
    const bounds = group!.columns.map(({ meta_data }) => {
      const { min_value, max_value, null_count } = meta_data!.statistics!
      return [min_value, max_value, null_count]
    })
    expect(bounds).toEqual([
      [-5n, 7n, 0n],
      [-3, 4, 0n],
      [1, 2, 0n],
      [1, 2, 0n],
      [-(2n ** 63n), 2n ** 63n - 1n, 0n],
      [-7, 9, 0n],
      [false, true, 0n],
      ['\uFFFD', '\u{1F600}', 0n],
      [1n, 1n, 1n],
      [1, 1, 1n],
      [1, 1, 1n],
      [1, 1, 1n],
      [1n, 1n, 1n],
      [1, 1, 1n],
      [true, true, 1n],
      ['b', 'b', 1n],
    ])
  })

  test('lose no rows in DuckDB, which prunes row groups by them', async () => {
    const levels = [NaN, -0, 0, 1, 150, 151, Infinity, -Infinity, null, NaN, -0, 150, 149, NaN, NaN, 0]
    const batch = batchOf(
      gauge,
      levels.map((level) => [level, 1]),
    )
    const count = async (condition: string, rowGroupRows: number) => {
      const bytes = bytesOf(encodeParquet(gauge, [batch], { rowGroupRows }))
      return (await duckDb.query(`SELECT count(*) FROM FILE WHERE ${condition}`, bytes))[0]![0]
    }
    for (const rowGroupRows of [1, 2, 3, 5, 16]) {
      expect(await count('level = 0', rowGroupRows)).toBe(4n)
      expect(await count("level > 150 AND level <= CAST('Infinity' AS DOUBLE)", rowGroupRows)).toBe(2n)
      expect(await count('level >= 150 AND level < 200', rowGroupRows)).toBe(3n)
      expect(await count('level < 0', rowGroupRows)).toBe(1n)
      expect(await count('level IS NULL', rowGroupRows)).toBe(1n)
    }
  })
})
