import { hiveStatements } from '@minilake/catalog'
import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, it } from 'vitest'

const createSchema = `CREATE SCHEMA IF NOT EXISTS "hive"."iot_dw" WITH (location = 's3://iot-time-series/iot_dw/')`

describe('hiveStatements', () => {
  it('creates an external table over the prefix of pump', () => {
    expect(hiveStatements([pump])).toEqual([
      createSchema,
      `CREATE TABLE IF NOT EXISTS "hive"."iot_dw"."pump" (
  "event_timestamp" TIMESTAMP COMMENT 'time of the reading, UTC',
  "pressure" DOUBLE COMMENT 'discharge pressure, kPa gauge',
  "velocity" DOUBLE COMMENT 'flow velocity in the discharge pipe, m/s',
  "speed" DOUBLE COMMENT 'shaft speed, rpm'
)
COMMENT 'readings of one pump, by default one per second'
WITH (
  format = 'PARQUET',
  external_location = 's3://iot-time-series/pump/'
)`,
    ])
  })

  it('partitions pump_daily by event_date, its last column and a VARCHAR, and scans for partitions', () => {
    expect(hiveStatements([pumpDaily])).toEqual([
      createSchema,
      `CREATE TABLE IF NOT EXISTS "hive"."iot_dw"."pump_daily" (
  "event_timestamp" TIMESTAMP COMMENT 'time of the reading, UTC',
  "pressure" DOUBLE COMMENT 'discharge pressure, kPa gauge',
  "velocity" DOUBLE COMMENT 'flow velocity in the discharge pipe, m/s',
  "speed" DOUBLE COMMENT 'shaft speed, rpm',
  "pump_id" VARCHAR COMMENT 'pump, pump-0001 and up',
  "event_date" VARCHAR COMMENT 'day of event_timestamp, UTC'
)
COMMENT 'readings of a fleet of pumps, by default one per pump and second'
WITH (
  format = 'PARQUET',
  external_location = 's3://iot-time-series/pump_daily/',
  partitioned_by = ARRAY['event_date']
)`,
      `CALL "hive"."system"."sync_partition_metadata"('iot_dw', 'pump_daily', 'FULL')`,
    ])
  })

  it("uses Trino's name for each column type", () => {
    const table = defineTable({
      name: 'everything',
      columns: {
        a: { type: 'timestamp' },
        b: { type: 'date' },
        c: { type: 'double' },
        d: { type: 'real' },
        e: { type: 'bigint' },
        f: { type: 'integer' },
        g: { type: 'boolean' },
        h: { type: 'varchar' },
      },
    })
    expect(hiveStatements([table])[1]).toBe(`CREATE TABLE IF NOT EXISTS "hive"."iot_dw"."everything" (
  "a" TIMESTAMP,
  "b" DATE,
  "c" DOUBLE,
  "d" REAL,
  "e" BIGINT,
  "f" INTEGER,
  "g" BOOLEAN,
  "h" VARCHAR
)
WITH (
  format = 'PARQUET',
  external_location = 's3://iot-time-series/everything/'
)`)
  })

  it('keeps the order of several partition columns', () => {
    const table = defineTable({
      name: 'twice',
      columns: { measured: { type: 'timestamp' }, received: { type: 'timestamp' } },
      partitions: {
        event_date: { from: 'measured', by: 'day' },
        arrival_date: { from: 'received', by: 'day' },
      },
    })
    expect(hiveStatements([table])[1]).toContain(`partitioned_by = ARRAY['event_date', 'arrival_date']`)
  })

  it('doubles apostrophes in comments', () => {
    const table = defineTable({
      name: 'turbine',
      comment: "the plant's turbines",
      columns: { power: { type: 'double', comment: "the shaft's power, kW" } },
    })
    const [, createTable] = hiveStatements([table])
    expect(createTable).toContain(`COMMENT 'the plant''s turbines'`)
    expect(createTable).toContain(`"power" DOUBLE COMMENT 'the shaft''s power, kW'`)
  })

  it.each(['s3://other/lake/', 's3://other/lake'])('accepts another location, %s', (location) => {
    const [schema, table] = hiveStatements([pump], { location })
    expect(schema).toContain(`location = 's3://other/lake/iot_dw/'`)
    expect(table).toContain(`external_location = 's3://other/lake/pump/'`)
  })

  it('creates the schema once, whatever the number of tables', () => {
    expect(hiveStatements([])).toEqual([createSchema])
    const statements = hiveStatements([pump, pumpDaily])
    expect(statements).toEqual([...hiveStatements([pump]), ...hiveStatements([pumpDaily]).slice(1)])
  })
})
