import { type ColumnType, defineTable, formatUtcDay, type Table } from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstDay } from '../src/partition-values.js'
import { compareRows, sortKeys } from '../src/sort-keys.js'
import { anyPartitionTime, anyValue, batchOf, type StoredValue } from './any-rows.js'
import { compareValues } from './expected-partitions.js'

test('computes the days of exact arithmetic', () => {
  const table = defineTable({
    name: 'reading',
    columns: { event_timestamp: { type: 'timestamp' } },
    partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  })
  const dayMicros = 86_400_000_000n
  const anyEdge = fc
    .tuple(fc.bigInt({ min: -719_161n, max: 2_932_896n }), fc.bigInt({ min: -1n, max: 1n }))
    .map(([day, micros]) => day * dayMicros + micros)
  fc.assert(
    fc.property(fc.oneof(anyPartitionTime, anyEdge), (time) => {
      const { days } = sortKeys(table, batchOf(table, [[time]]))
      const day = time >= 0n ? time / dayMicros : (time - dayMicros + 1n) / dayMicros
      expect(formatUtcDay((days[0]?.[0] as number) + firstDay)).toBe(formatUtcDay(Number(day)))
    }),
    { numRuns: 5000 },
  )
})

test.each(Object.keys(anyValue) as ColumnType[])('keys of type %s have the order of its values', (type) => {
  const table: Table = { name: 'one', columns: { value: { type } }, sortedBy: ['value'] }
  const keysOf = (value: StoredValue) => sortKeys(table, batchOf(table, [[value]]))
  fc.assert(
    fc.property(anyValue[type], anyValue[type], (value, other) => {
      const order = compareRows(keysOf(value), 0, keysOf(other), 0)
      expect(Math.sign(order)).toBe(compareValues(value, other))
    }),
    { numRuns: 1000 },
  )
})
