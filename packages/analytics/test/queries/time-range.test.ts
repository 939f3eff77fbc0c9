import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { duckDbDialect } from '../../src/duckdb/duckdb-dialect.js'
import { alarmCount } from '../../src/queries/alarms.js'
import { tableSummary } from '../../src/queries/table-summary.js'
import { timeRangeConditions, whereClause } from '../../src/queries/time-range.js'
import { sqlText } from '../../src/query.js'
import { trinoDialect } from '../../src/trino/trino-dialect.js'

const noon = new Date('2026-01-02T12:00:00.001Z')
const midnight = new Date('2026-01-03T00:00:00Z')

test('an empty range has no conditions, and no conditions have no WHERE', () => {
  expect(timeRangeConditions(pumpDaily, {})).toEqual([])
  expect(whereClause([])).toBe('')
})

test('a range includes its start and excludes its end', () => {
  expect(timeRangeConditions(pump, { from: noon, to: midnight })).toEqual([
    `"event_timestamp" >= TIMESTAMP '2026-01-02 12:00:00.001'`,
    `"event_timestamp" < TIMESTAMP '2026-01-03 00:00:00.000'`,
  ])
})

test('a table partitioned by day also has conditions on the day, without a day that starts at the end of the range', () => {
  expect(timeRangeConditions(pumpDaily, { from: noon }).slice(1)).toEqual([`"event_date" >= '2026-01-02'`])
  expect(timeRangeConditions(pumpDaily, { to: midnight }).slice(1)).toEqual([`"event_date" <= '2026-01-02'`])
  const after = new Date(midnight.getTime() + 1)
  expect(timeRangeConditions(pumpDaily, { to: after }).slice(1)).toEqual([`"event_date" <= '2026-01-03'`])
})

test('a partition from a column other than the reading time has no condition', () => {
  const arrival = defineTable({
    name: 'arrival',
    columns: { time: { type: 'timestamp' }, arrived: { type: 'timestamp' } },
    partitions: { arrival_date: { from: 'arrived', by: 'day' } },
  })
  expect(timeRangeConditions(arrival, { from: noon })).toEqual([
    `"time" >= TIMESTAMP '2026-01-02 12:00:00.001'`,
  ])
})

test('a query of an Iceberg table has no condition on the day in Trino, which has no column of it, and has one in DuckDB', () => {
  const table = defineTable({ ...pumpDaily, format: 'iceberg' })
  for (const query of [alarmCount(table, { from: noon }), tableSummary(table, { from: noon })]) {
    expect(sqlText(query, trinoDialect)).not.toContain('event_date')
    expect(sqlText(query, duckDbDialect)).toContain(`"event_date" >= '2026-01-02'`)
  }
})

test('each condition is on its own line', () => {
  expect(whereClause(['a', 'b'])).toBe('\nWHERE a\n  AND b')
})
