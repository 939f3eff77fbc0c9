import { defineTable } from '@minilake/schema'

/** A table of these tests, with a column of every kind that rows can get wrong. */
export const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    turbine_id: { type: 'varchar' },
    power: { type: 'double', nullable: true, highLimit: 3000 },
    starts: { type: 'bigint', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['turbine_id', 'event_timestamp'],
})
