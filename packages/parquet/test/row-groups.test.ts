import { type Batch, defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { rowGroups } from '../src/row-groups.js'

const note = defineTable({
  name: 'note',
  columns: { number: { type: 'integer' }, text: { type: 'varchar', nullable: true } },
})
const batchOfNumbers = (...numbers: number[]) => ({
  rowCount: numbers.length,
  columns: { number: Int32Array.from(numbers), text: numbers.map(String) },
})

test('batches of any size become batches of one size, the last one shorter', () => {
  const batches = [batchOfNumbers(1), batchOfNumbers(), batchOfNumbers(2, 3, 4, 5, 6, 7), batchOfNumbers(8)]
  const groups = [...rowGroups(note, batches, 3)]
  expect(groups.map(({ columns }) => [...(columns.number as Int32Array)])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8],
  ])
  expect(groups.map(({ columns }) => columns.text)).toEqual([
    ['1', '2', '3'],
    ['4', '5', '6'],
    ['7', '8'],
  ])
  expect(groups.map(({ rowCount }) => rowCount)).toEqual([3, 3, 2])
})

test('a batch that is a row group already is handed on as it is', () => {
  const batch = batchOfNumbers(1, 2, 3)
  expect([...rowGroups(note, [batch], 3)][0]).toBe(batch)
})

test('nulls stay with their rows', () => {
  const masked = { ...batchOfNumbers(2, 3, 4), nulls: { text: Uint8Array.of(0, 1, 0) } }
  const groups = [...rowGroups(note, [batchOfNumbers(1), masked, batchOfNumbers(5)], 2)]
  const nullsOf = ({ nulls, rowCount }: Batch) => [
    ...((nulls as { text?: Uint8Array } | undefined)?.text ?? new Uint8Array(rowCount)),
  ]
  expect(groups.map(nullsOf)).toEqual([[0, 0], [1, 0], [0]])
})

test('no batches and empty batches give no row group', () => {
  expect([...rowGroups(note, [], 3)]).toEqual([])
  expect([...rowGroups(note, [batchOfNumbers()], 3)]).toEqual([])
})
