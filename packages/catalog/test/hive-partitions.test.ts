import { pumpDaily } from '@minilake/schema'
import { expect, it } from 'vitest'
import {
  hiveSchema,
  hiveStatements,
  hiveTable,
  registerPartition,
  syncPartitions,
  unregisterPartition,
} from '../src/index.js'

it('registers and unregisters one partition, its values quoted', () => {
  expect(registerPartition(pumpDaily, { event_date: '2026-01-05' })).toBe(
    `CALL "hive"."system"."register_partition"('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['2026-01-05'])`,
  )
  expect(unregisterPartition(pumpDaily, { event_date: "it's" })).toBe(
    `CALL "hive"."system"."unregister_partition"('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['it''s'])`,
  )
})

it('gives the statements of a table one by one', () => {
  const options = { location: 's3://iot-time-series/team' }
  expect([hiveSchema(options), hiveTable(pumpDaily, options), syncPartitions(pumpDaily, 'FULL')]).toEqual(
    hiveStatements([pumpDaily], options),
  )
  expect(syncPartitions(pumpDaily, 'ADD')).toBe(
    `CALL "hive"."system"."sync_partition_metadata"('iot_dw', 'pump_daily', 'ADD')`,
  )
})
