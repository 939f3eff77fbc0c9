import { pumpDaily } from '@minilake/schema'
import { expect, it } from 'vitest'
import { registerPartition, unregisterPartition } from '../src/index.js'

it('registers and unregisters one partition, its values quoted', () => {
  expect(registerPartition(pumpDaily, { event_date: '2026-01-05' })).toBe(
    `CALL "hive"."system"."register_partition"('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['2026-01-05'])`,
  )
  expect(unregisterPartition(pumpDaily, { event_date: "it's" })).toBe(
    `CALL "hive"."system"."unregister_partition"('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['it''s'])`,
  )
})
