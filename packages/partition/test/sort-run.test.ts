import { type Batch, defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { partitionLimit } from '../src/partition-limit.js'
import { sortRun } from '../src/sort-run.js'

const count = defineTable({
  name: 'count',
  columns: { number: { type: 'integer' } },
  sortedBy: ['number'],
})
const numbers = (...values: number[]): Batch => ({
  rowCount: values.length,
  columns: { number: Int32Array.from(values) },
})
const blocksOf = (batches: Batch[], blockBytes: number) =>
  [...sortRun(count, batches, blockBytes, partitionLimit(count, Infinity))].map(({ columns }) => [
    ...(columns.number as Int32Array),
  ])

test('cuts a run into blocks of the given size, after a first block of one row', () => {
  const blocks = [[1], [2, 3, 4], [5, 6, 7], [8]]
  expect(blocksOf([numbers(4, 8, 2), numbers(7), numbers(5, 1, 3, 6)], 12)).toEqual(blocks)
  expect(blocksOf([numbers(1, 2, 3), numbers(4, 5, 6, 7, 8)], 12)).toEqual(blocks)
})

test('every block has at least one row, and a run without rows has no block', () => {
  expect(blocksOf([numbers(2, 1)], 0.1)).toEqual([[1], [2]])
  expect(blocksOf([numbers()], 12)).toEqual([])
})
