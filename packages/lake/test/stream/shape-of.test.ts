import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { shapeOf } from '../../src/stream/stage-batch.js'

const columns = { event_timestamp: { type: 'timestamp' }, pressure: { type: 'double' } } as const
const table = defineTable({ name: 'readings', columns })

test('options in the source of a table are as good as given ones, and limits of DuckDB change nothing', () => {
  const withSource = defineTable({ name: 'readings', columns, source: { map: { p: 'pressure' } } })
  expect(shapeOf(withSource, {})).toBe(shapeOf(table, { map: { p: 'pressure' } }))
  expect(shapeOf(withSource, {})).not.toBe(shapeOf(table, {}))
  expect(shapeOf(table, { memory: '1GB', threads: 2 })).toBe(shapeOf(table, {}))
  expect(shapeOf(table, { zone: 'UTC' })).not.toBe(shapeOf(table, {}))
})
