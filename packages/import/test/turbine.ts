import { defineTable } from '@minilake/schema'

/** A table as users have them. */
export const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    site: { type: 'varchar', nullable: true },
    power: { type: 'double', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})

/** Epoch microseconds of an ISO time. */
export function micros(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1000n
}
