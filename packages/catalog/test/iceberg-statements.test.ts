import { icebergAddColumn, icebergTable, icebergTableName } from '@minilake/catalog'
import { defineTable, pumpDaily } from '@minilake/schema'
import { describe, expect, it } from 'vitest'

describe('icebergTable', () => {
  it('has the columns of the table, then _batch, and is partitioned by day', () => {
    expect(icebergTable({ ...pumpDaily, sortedBy: ['event_timestamp'] }))
      .toBe(`CREATE TABLE IF NOT EXISTS "iceberg"."iot_dw"."pump_daily" (
  "event_timestamp" timestamp(6) COMMENT 'time of the reading, UTC',
  "pressure" double COMMENT 'discharge pressure, kPa gauge',
  "velocity" double COMMENT 'flow velocity in the discharge pipe, m/s',
  "speed" double COMMENT 'shaft speed, rpm',
  "pump_id" varchar COMMENT 'pump, pump-0001 and up',
  "_batch" varchar COMMENT 'published data file that the row came from'
)
COMMENT 'readings of a fleet of pumps, by default one per pump and second'
WITH (
  format = 'PARQUET',
  location = 's3://iot-time-series/iot_dw/pump_daily',
  partitioning = ARRAY['day(event_timestamp)'],
  sorted_by = ARRAY['event_timestamp']
)`)
  })

  it('takes the location of the lake, and a day once where two partitions come from it', () => {
    const table = defineTable({
      name: 'twice',
      columns: { a: { type: 'timestamp' }, b: { type: 'varchar' } },
      partitions: { day: { from: 'a', by: 'day' }, again: { from: 'a', by: 'day' } },
    })
    const text = icebergTable(table, { location: 's3://lakes/team' })
    expect(text).toContain(`location = 's3://lakes/team/iot_dw/twice'`)
    expect(text).toContain(`partitioning = ARRAY['day(a)']`)
    expect(text).not.toContain('sorted_by')
    expect(icebergAddColumn(table, 'a')).toBe(
      `ALTER TABLE "iceberg"."iot_dw"."twice" ADD COLUMN "a" timestamp(6)`,
    )
    expect(icebergTableName(table, 'snapshots')).toBe(`"iceberg"."iot_dw"."twice$snapshots"`)
  })
})
