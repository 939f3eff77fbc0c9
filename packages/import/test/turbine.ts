import { defineTable } from '@minilake/schema'

/** A table such as users define. */
export const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    site: { type: 'varchar', nullable: true },
    power: { type: 'double', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})

/** Microseconds since 1970 of an ISO time. */
export function micros(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1000n
}
