import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { timeRangeConditions, whereClause } from '../../src/queries/time-range.js'

const noon = new Date('2026-01-02T12:00:00.001Z')
const midnight = new Date('2026-01-03T00:00:00Z')

test('no range is no condition, and no condition is no WHERE', () => {
  expect(timeRangeConditions(pumpDaily, {})).toEqual([])
  expect(whereClause([])).toBe('')
})

test('a range is from its first moment on and before its last', () => {
  expect(timeRangeConditions(pump, { from: noon, to: midnight })).toEqual([
    `"event_timestamp" >= TIMESTAMP '2026-01-02 12:00:00.001'`,
    `"event_timestamp" < TIMESTAMP '2026-01-03 00:00:00.000'`,
  ])
})

test('on a table partitioned by day the folders are named too, but not the day that the range ends before', () => {
  expect(timeRangeConditions(pumpDaily, { from: noon }).slice(1)).toEqual([`"event_date" >= '2026-01-02'`])
  expect(timeRangeConditions(pumpDaily, { to: midnight }).slice(1)).toEqual([`"event_date" <= '2026-01-02'`])
  const after = new Date(midnight.getTime() + 1)
  expect(timeRangeConditions(pumpDaily, { to: after }).slice(1)).toEqual([`"event_date" <= '2026-01-03'`])
})

test('a partition by another time than that of the reading is not narrowed', () => {
  const arrival = defineTable({
    name: 'arrival',
    columns: { time: { type: 'timestamp' }, arrived: { type: 'timestamp' } },
    partitions: { arrival_date: { from: 'arrived', by: 'day' } },
  })
  expect(timeRangeConditions(arrival, { from: noon })).toEqual([
    `"time" >= TIMESTAMP '2026-01-02 12:00:00.001'`,
  ])
})

test('conditions stand on lines of their own', () => {
  expect(whereClause(['a', 'b'])).toBe('\nWHERE a\n  AND b')
})
